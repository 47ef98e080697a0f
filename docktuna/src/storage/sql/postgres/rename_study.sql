-- Another name for a study, unless it is gone.
UPDATE studies SET study_name = $3 WHERE study_id = $1 AND study_name = $2
