-- The trials of a study that run or wait, and the last one that has ended; of those that run, for how many seconds
-- they have been silent, if that is more than $2, as Optuna has it. A trial without a heartbeat is never silent.
-- Nobody could write while the server was down, so nobody is silent before it has been up that long.
--
-- Only trials from $4 on and those of $5 are looked at, and nothing at all if trial $4 did not end at $6: then it is not
-- the trial that was seen. $4 is 0 for all trials. One pass over them finds their ids; only open ones are read again.
WITH looked AS MATERIALIZED (
    SELECT
        array_agg(trial_id) FILTER (WHERE state IN ('RUNNING', 'WAITING')) AS open,
        max(trial_id) FILTER (WHERE state NOT IN ('RUNNING', 'WAITING') AND datetime_complete IS NOT NULL) AS ended
    FROM trials
    WHERE study_id = $1 AND (trial_id >= $4 OR trial_id = ANY($5))
        AND ($4 = 0 OR EXISTS (
            SELECT FROM trials WHERE trial_id = $4 AND study_id = $1 AND datetime_complete::text = $6
        ))
)
SELECT
    t.trial_id,
    t.number,
    CASE WHEN t.trial_id = looked.ended THEN t.datetime_complete::text END,
    CASE
        WHEN t.state = 'RUNNING'
            AND (now() AT TIME ZONE $3::text) - h.heartbeat > make_interval(secs => $2)
            AND now() - pg_postmaster_start_time() > make_interval(secs => $2)
        THEN extract(epoch FROM (now() AT TIME ZONE $3::text) - h.heartbeat)::float8
    END
FROM looked
CROSS JOIN unnest(array_append(looked.open, looked.ended)) AS seen(id)
JOIN trials t ON t.trial_id = seen.id
LEFT JOIN trial_heartbeats h ON h.trial_id = t.trial_id
ORDER BY t.trial_id
