-- The trials of a study above the id ?3, those of the list ?4 that do not wait, and the trial ?7. ?5
-- and ?6 say whether reports and results are wanted. Runs in one transaction with load_peer_reports
-- and load_peer_attributes.
SELECT t.trial_id, t.number, t.state, t.datetime_complete, v.value, v.value_type,
    CASE WHEN t.state = 'COMPLETE' AND NOT ?5 THEN
        (SELECT max(i.step) FROM trial_intermediate_values i WHERE i.trial_id = t.trial_id)
    END
FROM trials t
JOIN studies s ON s.study_id = t.study_id AND s.study_name = ?2
LEFT JOIN trial_values v ON ?6 AND t.state = 'COMPLETE' AND v.trial_id = t.trial_id AND v.objective = 0
WHERE t.study_id = ?1 AND (
    t.trial_id > ?3 OR t.trial_id = ?7
    OR (t.trial_id IN (SELECT value FROM json_each(?4)) AND t.state <> 'WAITING')
)
ORDER BY t.trial_id
