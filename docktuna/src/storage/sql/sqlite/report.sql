-- Reports a value at a step; the first report of a step stays, as Optuna has it. Runs inside BEGIN
-- IMMEDIATE.
INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
VALUES (?1, ?2, ?3, ?4) ON CONFLICT (trial_id, step) DO NOTHING
