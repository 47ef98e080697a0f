-- How a study stands: whether it is there; how many of its trials run, wait, are complete, pruned and failed; the ids
-- of the open ones, or NULL for more than a thousand; the last trial that has ended, and when.
--
-- Only trials from $3 on and those of $4 are looked at, and none if trial $3 did not end at $5: then it is not the trial
-- that was seen. Of the ended ones, those count that ended since. $3 is 0 for all trials.
SELECT
    EXISTS (SELECT FROM studies WHERE study_id = $1 AND study_name = $2),
    ARRAY[looked.running, looked.waiting, looked.complete, looked.pruned, looked.failed],
    CASE WHEN looked.running + looked.waiting <= 1000 THEN coalesce(looked.open, '{}') END,
    looked.ended,
    (SELECT datetime_complete::text FROM trials WHERE trial_id = looked.ended)
FROM (
    SELECT
        count(*) FILTER (WHERE state = 'RUNNING') AS running,
        count(*) FILTER (WHERE state = 'WAITING') AS waiting,
        count(*) FILTER (WHERE state = 'COMPLETE' AND trial_id <> $3) AS complete,
        count(*) FILTER (WHERE state = 'PRUNED' AND trial_id <> $3) AS pruned,
        count(*) FILTER (WHERE state = 'FAIL' AND trial_id <> $3) AS failed,
        array_agg(trial_id) FILTER (WHERE state IN ('RUNNING', 'WAITING')) AS open,
        max(trial_id) FILTER (WHERE state NOT IN ('RUNNING', 'WAITING') AND datetime_complete IS NOT NULL) AS ended
    FROM trials
    WHERE study_id = $1 AND (trial_id >= $3 OR trial_id = ANY($4))
        AND ($3 = 0 OR EXISTS (
            SELECT FROM trials WHERE trial_id = $3 AND study_id = $1 AND datetime_complete::text = $5
        ))
) AS looked
