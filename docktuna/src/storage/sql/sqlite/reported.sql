-- The trials of a study that reported a value, in the order of their ids.
SELECT t.trial_id FROM trials t
WHERE t.study_id = ?1 AND EXISTS (SELECT 1 FROM trial_intermediate_values v WHERE v.trial_id = t.trial_id)
ORDER BY t.trial_id
