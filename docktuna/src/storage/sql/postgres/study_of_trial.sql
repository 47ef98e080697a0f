-- The study of a trial.
SELECT study_id FROM trials WHERE trial_id = $1
