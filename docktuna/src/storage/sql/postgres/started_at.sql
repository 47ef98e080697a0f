-- The trials of one start, by which a write is recognised whose answer was lost.
SELECT trial_id, number, datetime_complete FROM trials
WHERE study_id = $1 AND datetime_start = $2 ORDER BY trial_id
