-- The reports of those that are complete.
SELECT i.trial_id, i.step, i.intermediate_value, i.intermediate_value_type
FROM trials t JOIN trial_intermediate_values i ON i.trial_id = t.trial_id
WHERE t.study_id = ?1 AND (t.trial_id > ?2 OR t.trial_id IN (SELECT value FROM json_each(?3)))
    AND t.state = 'COMPLETE'
ORDER BY i.trial_id, i.step
