-- The number of one objective. Runs inside BEGIN IMMEDIATE.
INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?1, ?2, ?3, ?4)
