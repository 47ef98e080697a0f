-- One direction of a new study.
INSERT INTO study_directions (direction, study_id, objective) VALUES (?1, ?2, ?3)
