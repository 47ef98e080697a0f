-- One stored distribution for each of the names that occurs in any trial, found in one look through all of them.
SELECT DISTINCT ON (p.param_name) p.param_name, p.distribution_json
FROM trials t JOIN trial_params p ON p.trial_id = t.trial_id
WHERE t.study_id = $1 AND p.param_name = ANY($2::text[])
ORDER BY p.param_name, p.param_id
