-- Reports a value at a step while the trial is ours and running; the first report of a step stays,
-- as Optuna has it. The row tells whether the trial was ours, and whether the step was new.
WITH own AS (
    SELECT trial_id FROM trials
    WHERE trial_id = $1 AND study_id = $2 AND number = $3 AND datetime_start = $4 AND state = 'RUNNING'
    FOR NO KEY UPDATE
),
added AS (
    INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
    SELECT trial_id, $5, $6, $7::trialintermediatevaluetype FROM own
    ON CONFLICT (trial_id, step) DO NOTHING
    RETURNING step
)
SELECT (SELECT count(*) FROM own), (SELECT count(*) FROM added)
