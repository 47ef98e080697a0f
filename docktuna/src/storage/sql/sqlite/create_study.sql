-- Creates a study unless the name is taken.
INSERT INTO studies (study_name) VALUES (?1) ON CONFLICT (study_name) DO NOTHING RETURNING study_id
