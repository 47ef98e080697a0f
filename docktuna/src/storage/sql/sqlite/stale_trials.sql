-- The trials of a study that run or wait, and the last one that has ended; of those that run, for how many seconds
-- they have been silent, if that is more than ?2, as Optuna has it. A trial without a heartbeat is never silent.
--
-- Only trials from ?3 on and those of the JSON list ?4 are looked at, and nothing at all if trial ?3 did not end at ?5:
-- then it is not the trial that was seen. ?3 is 0 for all trials.
WITH
same(yes) AS (
    SELECT ?3 = 0 OR EXISTS (
        SELECT 1 FROM trials WHERE trial_id = ?3 AND study_id = ?1 AND CAST(datetime_complete AS TEXT) = ?5
    )
),
looked(trial_id, number, state) AS (
    SELECT trial_id, number, state FROM trials
    WHERE study_id = ?1 AND trial_id >= ?3 AND state IN ('RUNNING', 'WAITING') AND (SELECT yes FROM same)
    UNION ALL
    SELECT trial_id, number, state FROM trials
    WHERE study_id = ?1 AND trial_id IN (SELECT value FROM json_each(?4)) AND trial_id < ?3
        AND state IN ('RUNNING', 'WAITING') AND (SELECT yes FROM same)
),
ended(trial_id) AS (
    SELECT trial_id FROM trials
    WHERE study_id = ?1 AND trial_id >= ?3 AND state NOT IN ('RUNNING', 'WAITING') AND datetime_complete IS NOT NULL
        AND (SELECT yes FROM same)
    ORDER BY trial_id DESC LIMIT 1
)
SELECT l.trial_id, l.number, NULL, CASE
    WHEN l.state = 'RUNNING' AND (julianday('now') - julianday(h.heartbeat)) * 86400.0 > ?2
    THEN (julianday('now') - julianday(h.heartbeat)) * 86400.0
END
FROM looked l LEFT JOIN trial_heartbeats h ON h.trial_id = l.trial_id
UNION ALL
SELECT t.trial_id, t.number, CAST(t.datetime_complete AS TEXT), NULL FROM ended JOIN trials t ON t.trial_id = ended.trial_id
