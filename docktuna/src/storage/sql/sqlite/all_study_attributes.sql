-- The attributes of all studies; see `table` in steps.rs.
SELECT study_id, key, value_json FROM {table}
