-- Ends a trial while it is ours and running. No row means that it is not. Runs inside BEGIN
-- IMMEDIATE.
UPDATE trials SET state = ?5, datetime_complete = ?6
WHERE trial_id = ?1 AND study_id = ?2 AND number = ?3 AND datetime_start = ?4 AND state = 'RUNNING'
RETURNING trial_id
