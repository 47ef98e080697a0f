-- Adds parameters to a claimed trial while it is ours and running; a name that is there keeps its
-- value, as Optuna has it. The row tells whether it was.
WITH own AS (
    SELECT trial_id FROM trials
    WHERE trial_id = $1 AND study_id = $2 AND number = $3 AND datetime_start = $4 AND state = 'RUNNING'
    FOR NO KEY UPDATE
),
added AS (
    INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
    SELECT own.trial_id, p.name, p.value, p.distribution
    FROM own, unnest($5::text[], $6::float8[], $7::text[]) WITH ORDINALITY AS p(name, value, distribution, place)
    ORDER BY p.place
    ON CONFLICT (trial_id, param_name) DO NOTHING
)
SELECT count(*) FROM own
