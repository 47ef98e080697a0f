-- Gives a trial that has not ended another state and, where there are some, the numbers of its objectives. One that runs
-- is not claimed a second time. The row tells whether it was done, and how the trial stood before; of a change that came
-- in between, only that it was not done.
WITH changed AS (
    UPDATE trials SET
        state = $2::trialstate,
        datetime_start = CASE WHEN $2 = 'RUNNING' THEN $3 ELSE datetime_start END,
        datetime_complete = CASE WHEN $2 IN ('RUNNING', 'WAITING') THEN datetime_complete ELSE $3 END
    WHERE trial_id = $1 AND state IN ('RUNNING', 'WAITING') AND NOT (state = 'RUNNING' AND $2 = 'RUNNING')
    RETURNING trial_id
),
results AS (
    INSERT INTO trial_values (trial_id, objective, value, value_type)
    SELECT changed.trial_id, v.place - 1, v.value, v.kind::trialvaluetype
    FROM changed, unnest($4::float8[], $5::text[]) WITH ORDINALITY AS v(value, kind, place)
    ORDER BY v.place
    ON CONFLICT (trial_id, objective) DO UPDATE SET value = excluded.value, value_type = excluded.value_type
)
SELECT EXISTS (SELECT FROM changed), state::text, datetime_start, datetime_complete FROM trials WHERE trial_id = $1
