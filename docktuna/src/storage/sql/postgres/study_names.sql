-- Names to suggest where a study is not found.
SELECT study_name FROM studies ORDER BY study_id
