-- Keeps others from adding rows to a study that is about to be deleted, and tells whether it is there.
SELECT study_id FROM studies WHERE study_id = $1 AND study_name = $2 FOR UPDATE
