-- Their reported values.
SELECT v.trial_id, v.step, v.intermediate_value, v.intermediate_value_type
FROM trials t JOIN trial_intermediate_values v ON v.trial_id = t.trial_id
WHERE {wanted}
