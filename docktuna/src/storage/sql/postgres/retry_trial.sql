-- Puts the parameters and attributes of a failed trial into the queue, as Optuna's callback does; runs after the
-- statement that locked the study's row, in the transaction that failed the trial. The reason why that one failed
-- stays behind. The number is found as in add_trial.sql.
WITH created AS (
    INSERT INTO trials (number, study_id, state)
    SELECT coalesce(
        (SELECT number + 1 FROM (SELECT * FROM trials ORDER BY trial_id DESC LIMIT 1000) AS newest WHERE study_id = $1 AND number IS NOT NULL ORDER BY trial_id DESC LIMIT 1),
        (SELECT number + 1 FROM trials WHERE study_id = $1 AND number IS NOT NULL ORDER BY trial_id + 0 DESC LIMIT 1),
        0
    ), $1, 'WAITING'
    RETURNING trial_id
),
params AS (
    INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
    SELECT created.trial_id, p.param_name, p.param_value, p.distribution_json
    FROM created, trial_params p WHERE p.trial_id = $2
    ORDER BY p.param_id
),
system_attributes AS (
    INSERT INTO trial_system_attributes (trial_id, key, value_json)
    SELECT created.trial_id, a.key, a.value_json
    FROM created, trial_system_attributes a
    WHERE a.trial_id = $2 AND a.key NOT IN ('failed_trial', 'retry_history')
    UNION ALL SELECT trial_id, 'failed_trial', $3 FROM created
    UNION ALL SELECT trial_id, 'retry_history', $4 FROM created
),
user_attributes AS (
    INSERT INTO trial_user_attributes (trial_id, key, value_json)
    SELECT created.trial_id, a.key, a.value_json
    FROM created, trial_user_attributes a WHERE a.trial_id = $2 AND a.key <> 'docktuna:error'
)
SELECT trial_id FROM created
