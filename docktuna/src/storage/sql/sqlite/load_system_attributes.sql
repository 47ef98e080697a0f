-- Their system attributes.
SELECT a.trial_id, a.key, a.value_json
FROM trials t JOIN trial_system_attributes a ON a.trial_id = t.trial_id
WHERE {wanted}
