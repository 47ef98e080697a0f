-- The study itself.
DELETE FROM studies WHERE study_id = ?1
