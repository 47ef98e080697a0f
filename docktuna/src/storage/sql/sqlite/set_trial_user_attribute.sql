-- Sets one user attribute of a trial. Runs inside BEGIN IMMEDIATE.
INSERT INTO trial_user_attributes (trial_id, key, value_json) VALUES (?1, ?2, ?3)
ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json
