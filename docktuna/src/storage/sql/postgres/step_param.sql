-- Adds one parameter to a trial of the study $5 that has not ended; a name that is there keeps its value, as Optuna has
-- it. No row means that nothing was added.
INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
SELECT trial_id, $2, $3, $4 FROM trials
WHERE trial_id = $1 AND study_id + 0 = $5 AND state IN ('RUNNING', 'WAITING')
FOR NO KEY UPDATE
ON CONFLICT (trial_id, param_name) DO NOTHING
RETURNING trial_id
