-- Sets one user attribute; a study's attributes may change at any time.
INSERT INTO study_user_attributes (study_id, key, value_json) VALUES (?1, ?2, ?3)
ON CONFLICT (study_id, key) DO UPDATE SET value_json = excluded.value_json
