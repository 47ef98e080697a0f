-- Sets one user attribute; a study's attributes may change at any time. Sets none if the study is gone.
INSERT INTO study_user_attributes (study_id, key, value_json)
SELECT study_id, ?2, ?3 FROM studies WHERE study_id = ?1 AND study_name = ?4
ON CONFLICT (study_id, key) DO UPDATE SET value_json = excluded.value_json
