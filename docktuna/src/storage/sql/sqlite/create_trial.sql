-- Creates a trial in any state. Runs inside BEGIN IMMEDIATE.
INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete) VALUES (?1, ?2, ?3, ?4, ?5)
RETURNING trial_id
