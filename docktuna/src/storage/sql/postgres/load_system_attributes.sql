-- Their system attributes.
SELECT a.trial_id, a.key, a.value_json
FROM trials t JOIN trial_system_attributes a ON a.trial_id = t.trial_id
WHERE t.study_id = $1 AND t.trial_id BETWEEN $2 AND $3
