-- The trial of a study with the number ?2.
SELECT trial_id FROM trials WHERE study_id = ?1 AND number = ?2
