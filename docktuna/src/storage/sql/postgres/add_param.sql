-- Adds one parameter to a trial of the study $5 that has not ended. No row means that nothing was added; step_param.sql
-- tells why, and costs more.
INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
SELECT trial_id, $2, $3, $4 FROM trials
WHERE trial_id = $1 AND study_id + 0 = $5 AND state IN ('RUNNING', 'WAITING')
FOR NO KEY UPDATE
ON CONFLICT (trial_id, param_name) DO NOTHING
RETURNING trial_id
