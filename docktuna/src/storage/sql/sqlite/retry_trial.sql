-- Puts a copy of a failed trial into the queue, as Optuna's callback does. Runs inside BEGIN IMMEDIATE, in the
-- transaction that failed the trial.
INSERT INTO trials (number, study_id, state)
SELECT coalesce((SELECT number + 1 FROM trials WHERE study_id = ?1 AND number IS NOT NULL ORDER BY trial_id DESC LIMIT 1), 0), ?1, 'WAITING'
RETURNING trial_id
