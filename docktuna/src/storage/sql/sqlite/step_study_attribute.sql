-- Sets one attribute of a study by its id; see `table` in steps.rs. Sets none if the study is gone.
INSERT INTO {table} (study_id, key, value_json)
SELECT study_id, ?2, ?3 FROM studies WHERE study_id = ?1
ON CONFLICT (study_id, key) DO UPDATE SET value_json = excluded.value_json
