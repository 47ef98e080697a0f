-- The number of one objective; one that was set while the trial ran is replaced, as Optuna has it.
-- Runs inside BEGIN IMMEDIATE.
INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (trial_id, objective) DO UPDATE SET value = excluded.value, value_type = excluded.value_type
