-- Adds one parameter to a trial of the study $5 that has not ended; a name that is there keeps its value, as Optuna has
-- it. The row tells what is known of the trial, and whether it was open.
WITH open AS (
    SELECT trial_id FROM trials
    WHERE trial_id = $1 AND study_id + 0 = $5 AND state IN ('RUNNING', 'WAITING')
    FOR NO KEY UPDATE
),
added AS (
    INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
    SELECT trial_id, $2, $3, $4 FROM open
    ON CONFLICT (trial_id, param_name) DO NOTHING
)
SELECT (SELECT study_id FROM trials WHERE trial_id = $1), (SELECT count(*) FROM open)
