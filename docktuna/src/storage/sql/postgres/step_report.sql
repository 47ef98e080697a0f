-- Reports a value at a step of a trial that has not ended; the last report of a step stays, as Optuna's storage has it.
-- The row tells whether the trial is there, and whether it was open.
WITH open AS (
    SELECT trial_id FROM trials WHERE trial_id = $1 AND state IN ('RUNNING', 'WAITING') FOR NO KEY UPDATE
),
written AS (
    INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
    SELECT trial_id, $2, $3, $4::trialintermediatevaluetype FROM open
    ON CONFLICT (trial_id, step) DO UPDATE
    SET intermediate_value = excluded.intermediate_value, intermediate_value_type = excluded.intermediate_value_type
)
SELECT (SELECT study_id FROM trials WHERE trial_id = $1), (SELECT count(*) FROM open)
