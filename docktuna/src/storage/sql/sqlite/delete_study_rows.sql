-- What one table has of a study.
DELETE FROM {table} WHERE study_id = ?1
