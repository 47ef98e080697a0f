-- One stored distribution of the name, the first one that is found.
SELECT p.distribution_json
FROM trials t JOIN trial_params p ON p.trial_id = t.trial_id AND p.param_name = ?2
WHERE t.study_id = ?1 LIMIT 1
