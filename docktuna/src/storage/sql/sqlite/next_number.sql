-- The number that the next trial of the study gets; no row means that the study is gone: SQLite hands
-- its id out again, so the name has to agree. Runs inside BEGIN IMMEDIATE.
SELECT coalesce((SELECT number + 1 FROM trials WHERE study_id = ?1 AND number IS NOT NULL ORDER BY trial_id DESC LIMIT 1), 0)
FROM studies WHERE study_id = ?1 AND study_name = ?2
