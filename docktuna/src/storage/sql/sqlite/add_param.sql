-- One parameter of a trial that nobody else writes; a name that is there keeps its value, as Optuna
-- has it. Runs inside BEGIN IMMEDIATE.
INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (trial_id, param_name) DO NOTHING
