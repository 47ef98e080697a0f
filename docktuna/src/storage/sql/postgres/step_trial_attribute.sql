-- Sets one attribute of a trial that has not ended; see `table` in steps.rs. The row tells whether the trial is there,
-- and whether it was open.
WITH open AS (
    SELECT trial_id FROM trials WHERE trial_id = $1 AND state IN ('RUNNING', 'WAITING') FOR NO KEY UPDATE
),
written AS (
    INSERT INTO {table} (trial_id, key, value_json)
    SELECT trial_id, $2, $3 FROM open
    ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json
)
SELECT (SELECT study_id FROM trials WHERE trial_id = $1), (SELECT count(*) FROM open)
