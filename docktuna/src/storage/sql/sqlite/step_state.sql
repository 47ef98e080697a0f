-- Gives a trial another state. Runs inside BEGIN IMMEDIATE, after a look at the trial.
UPDATE trials SET
    state = ?2,
    datetime_start = CASE WHEN ?2 = 'RUNNING' THEN ?3 ELSE datetime_start END,
    datetime_complete = CASE WHEN ?2 IN ('RUNNING', 'WAITING') THEN datetime_complete ELSE ?3 END
WHERE trial_id = ?1
