-- How a trial stands, and of which study it is.
SELECT study_id, state, datetime_start, datetime_complete FROM trials WHERE trial_id = ?1
