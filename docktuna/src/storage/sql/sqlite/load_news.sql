-- What samplers look at in the trials of a study: in at most ?4 above the id ?2, and in those of ?3 (a list as
-- JSON text) that do not wait. Of the trial ?5 only that it is there. One statement, and so one snapshot. CROSS
-- JOIN keeps the order of the tables: each is looked up by trial.
WITH seen AS (
    SELECT * FROM (
        SELECT trial_id, number, state, datetime_complete FROM trials
        WHERE study_id = ?1 AND trial_id > ?2 ORDER BY trial_id LIMIT ?4
    )
    UNION ALL
    SELECT trial_id, number, state, datetime_complete FROM trials
    WHERE study_id = ?1 AND trial_id <= ?2 AND state <> 'WAITING' AND trial_id IN (SELECT value FROM json_each(?3))
    UNION ALL
    SELECT trial_id, number, state, datetime_complete FROM trials
    WHERE study_id = ?1 AND trial_id <= ?2 AND trial_id = ?5
),
wanted AS (SELECT trial_id, state FROM seen WHERE state <> 'WAITING' AND trial_id <> ?5)
SELECT 'trial' AS what, trial_id, number AS place, state AS label, NULL AS number, datetime_complete AS long
FROM seen
UNION ALL
SELECT 'param', w.trial_id, NULL, p.param_name, p.param_value, p.distribution_json
FROM wanted w CROSS JOIN trial_params p ON p.trial_id = w.trial_id
UNION ALL
SELECT 'value', w.trial_id, v.objective, v.value_type, v.value, NULL
FROM wanted w CROSS JOIN trial_values v ON v.trial_id = w.trial_id
WHERE w.state = 'COMPLETE'
UNION ALL
SELECT 'report', w.trial_id, v.step, v.intermediate_value_type, v.intermediate_value, NULL
FROM wanted w CROSS JOIN trial_intermediate_values v ON v.trial_id = w.trial_id
WHERE w.state = 'PRUNED' AND v.step = (SELECT max(step) FROM trial_intermediate_values WHERE trial_id = w.trial_id)
UNION ALL
SELECT 'system_attr', w.trial_id, NULL, a.key, NULL, a.value_json
FROM wanted w CROSS JOIN trial_system_attributes a ON a.trial_id = w.trial_id
WHERE a.key LIKE 'constraints%' OR a.key LIKE 'tpe:relative\_params:%' ESCAPE '\'
UNION ALL
SELECT 'user_attr', w.trial_id, NULL, a.key, NULL, a.value_json
FROM wanted w CROSS JOIN trial_user_attributes a ON a.trial_id = w.trial_id
WHERE a.key = 'docktuna:constraints'
