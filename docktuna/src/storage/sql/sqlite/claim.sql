-- Claims the oldest trial of the queue, which has nothing up to the id ?4. Runs inside BEGIN IMMEDIATE.
UPDATE trials SET state = 'RUNNING', datetime_start = ?2
WHERE trial_id = (
    SELECT trial_id FROM trials
    WHERE study_id = ?1 AND trial_id > ?4 AND state = 'WAITING' AND number BETWEEN 0 AND ?3 - 1 ORDER BY trial_id LIMIT 1
)
RETURNING trial_id, number
