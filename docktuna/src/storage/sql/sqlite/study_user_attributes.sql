-- The user attributes of one study.
SELECT key, value_json FROM study_user_attributes WHERE study_id = ?1
