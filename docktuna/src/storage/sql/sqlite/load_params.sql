-- Their parameters in the order in which they were drawn.
SELECT p.trial_id, p.param_name, p.param_value, p.distribution_json
FROM trials t JOIN trial_params p ON p.trial_id = t.trial_id
WHERE {wanted}
ORDER BY p.param_id
