-- The keys of attributes that some trial of a study has.
SELECT DISTINCT a.key FROM trials t JOIN {table} a ON a.trial_id = t.trial_id WHERE t.study_id = ?1
