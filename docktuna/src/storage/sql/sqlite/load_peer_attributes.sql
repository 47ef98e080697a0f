-- The rungs of all of them (?4), and the constraints of those that are complete (?5).
SELECT a.trial_id, a.key, a.value_json
FROM trials t JOIN trial_system_attributes a ON a.trial_id = t.trial_id
WHERE t.study_id = ?1 AND (t.trial_id > ?2 OR t.trial_id IN (SELECT value FROM json_each(?3))) AND (
    (?4 AND a.key GLOB 'completed_rung_*')
    OR (?5 AND t.state = 'COMPLETE' AND (a.key = 'constraints' OR a.key GLOB 'constraints:*'))
)
