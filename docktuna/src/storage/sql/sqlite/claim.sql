-- Claims the oldest trial of the queue. Runs inside BEGIN IMMEDIATE.
UPDATE trials SET state = 'RUNNING', datetime_start = ?2
WHERE trial_id = (
    SELECT trial_id FROM trials WHERE study_id = ?1 AND state = 'WAITING' AND number < ?3 ORDER BY trial_id LIMIT 1
)
RETURNING trial_id, number
