-- How a study stands: whether it is there; how many of its trials run, wait, are complete, pruned and failed; the ids
-- of the open ones as JSON, or NULL for more than a thousand; the last trial that has ended, and when.
--
-- Only trials from ?3 on and those of the JSON list ?4 are looked at, and none if trial ?3 did not end at ?5: then it is
-- not the trial that was seen. Of the ended ones, those count that ended since. ?3 is 0 for all trials.
WITH
same(yes) AS (
    SELECT ?3 = 0 OR EXISTS (
        SELECT 1 FROM trials WHERE trial_id = ?3 AND study_id = ?1 AND CAST(datetime_complete AS TEXT) = ?5
    )
),
looked(trial_id, state, is_over) AS (
    SELECT trial_id, state, state NOT IN ('RUNNING', 'WAITING') AND datetime_complete IS NOT NULL FROM trials
    WHERE study_id = ?1 AND trial_id >= ?3 AND (SELECT yes FROM same)
    UNION ALL
    SELECT trial_id, state, state NOT IN ('RUNNING', 'WAITING') AND datetime_complete IS NOT NULL FROM trials
    WHERE study_id = ?1 AND trial_id IN (SELECT value FROM json_each(?4)) AND trial_id < ?3 AND (SELECT yes FROM same)
),
counted AS (
    SELECT
        count(*) FILTER (WHERE state = 'RUNNING') AS running,
        count(*) FILTER (WHERE state = 'WAITING') AS waiting,
        count(*) FILTER (WHERE state = 'COMPLETE' AND trial_id <> ?3) AS complete,
        count(*) FILTER (WHERE state = 'PRUNED' AND trial_id <> ?3) AS pruned,
        count(*) FILTER (WHERE state = 'FAIL' AND trial_id <> ?3) AS failed,
        json_group_array(trial_id) FILTER (WHERE state IN ('RUNNING', 'WAITING')) AS open,
        max(trial_id) FILTER (WHERE is_over) AS ended
    FROM looked
)
SELECT
    EXISTS (SELECT 1 FROM studies WHERE study_id = ?1 AND study_name = ?2),
    running, waiting, complete, pruned, failed,
    CASE WHEN running + waiting <= 1000 THEN open END,
    ended,
    (SELECT CAST(datetime_complete AS TEXT) FROM trials WHERE trial_id = ended)
FROM counted
