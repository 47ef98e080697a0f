-- Keeps others from adding rows to the trials of a study that is about to be deleted.
SELECT count(*) FROM (SELECT trial_id FROM trials WHERE study_id = $1 ORDER BY trial_id FOR UPDATE) AS locked
