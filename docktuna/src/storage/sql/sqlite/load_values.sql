-- Their numbers in the order of the objectives.
SELECT v.trial_id, v.objective, v.value, v.value_type
FROM trials t JOIN trial_values v ON v.trial_id = t.trial_id
WHERE {wanted}
ORDER BY v.trial_id, v.objective
