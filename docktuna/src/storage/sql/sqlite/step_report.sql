-- Reports a value at a step; the last report of a step stays, as Optuna's storage has it. Runs inside BEGIN IMMEDIATE.
INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
VALUES (?1, ?2, ?3, ?4) ON CONFLICT (trial_id, step) DO UPDATE
SET intermediate_value = excluded.intermediate_value, intermediate_value_type = excluded.intermediate_value_type
