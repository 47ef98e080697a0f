-- Sets one system attribute while the trial is ours and running. The row tells whether it was.
WITH own AS (
    SELECT trial_id FROM trials
    WHERE trial_id = $1 AND study_id = $2 AND number = $3 AND datetime_start = $4 AND state = 'RUNNING'
    FOR NO KEY UPDATE
),
written AS (
    INSERT INTO trial_system_attributes (trial_id, key, value_json)
    SELECT trial_id, $5, $6 FROM own
    ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json
)
SELECT count(*) FROM own
