-- Whether the trial is still ours and running. Runs inside BEGIN IMMEDIATE.
SELECT count(*) FROM trials
WHERE trial_id = ?1 AND study_id = ?2 AND number = ?3 AND datetime_start = ?4 AND state = 'RUNNING'
