-- The system attributes of one study.
SELECT key, value_json FROM study_system_attributes WHERE study_id = $1
