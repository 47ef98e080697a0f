-- The note of a failed trial, as optuna-dashboard stores it. What a person wrote stays. A study gets some 200 notes, since
-- Optuna reads all of these attributes with each trial. Runs inside BEGIN IMMEDIATE.
INSERT INTO study_system_attributes (study_id, "key", value_json)
SELECT ?1, 'dashboard:' || ?2 || n.column1, n.column2
FROM (VALUES (':note_ver', '1'), (':note_str:0', ?3)) AS n
WHERE NOT EXISTS (
    SELECT 1 FROM study_system_attributes WHERE study_id = ?1 AND "key" = 'dashboard:' || ?2 || ':note_ver'
) AND (SELECT count(*) FROM study_system_attributes WHERE study_id = ?1) < 400
ON CONFLICT (study_id, "key") DO NOTHING
