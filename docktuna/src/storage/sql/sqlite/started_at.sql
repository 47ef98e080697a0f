-- The running trials of one start, with the number of their parameters.
SELECT t.trial_id, t.number, (SELECT count(*) FROM trial_params p WHERE p.trial_id = t.trial_id)
FROM trials t WHERE t.study_id = ?1 AND t.state = 'RUNNING' AND t.datetime_start = ?2
ORDER BY t.trial_id
