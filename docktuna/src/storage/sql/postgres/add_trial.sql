-- Adds a whole trial in any state; runs after the statement that locked the study's row, see ask.sql.
-- No row means that the study is gone. The transaction's id tells later whether it was carried out.
--
-- The last number is looked for among the newest trials of all studies, and only then among all of this one, which no
-- index has in order.
WITH created AS (
    INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)
    SELECT coalesce(
        (SELECT number + 1 FROM (SELECT * FROM trials ORDER BY trial_id DESC LIMIT 1000) AS newest WHERE study_id = $1 AND number IS NOT NULL ORDER BY trial_id DESC LIMIT 1),
        (SELECT number + 1 FROM trials WHERE study_id = $1 AND number IS NOT NULL ORDER BY trial_id + 0 DESC LIMIT 1),
        0
    ),
        $1, $2::trialstate, $3, $4
    FROM studies WHERE study_id = $1
    RETURNING trial_id, number
),
params AS (
    INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
    SELECT created.trial_id, p.name, p.value, p.distribution
    FROM created, unnest($5::text[], $6::float8[], $7::text[]) WITH ORDINALITY AS p(name, value, distribution, place)
    ORDER BY p.place
),
results AS (
    INSERT INTO trial_values (trial_id, objective, value, value_type)
    SELECT created.trial_id, v.place - 1, v.value, v.kind::trialvaluetype
    FROM created, unnest($8::float8[], $9::text[]) WITH ORDINALITY AS v(value, kind, place)
    ORDER BY v.place
),
system_attributes AS (
    INSERT INTO trial_system_attributes (trial_id, key, value_json)
    SELECT created.trial_id, a.key, a.value FROM created, unnest($10::text[], $11::text[]) AS a(key, value)
),
user_attributes AS (
    INSERT INTO trial_user_attributes (trial_id, key, value_json)
    SELECT created.trial_id, a.key, a.value FROM created, unnest($12::text[], $13::text[]) AS a(key, value)
),
reports AS (
    INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
    SELECT created.trial_id, r.step, r.value, r.kind::trialintermediatevaluetype
    FROM created, unnest($14::int[], $15::float8[], $16::text[]) AS r(step, value, kind)
)
SELECT trial_id, number, txid_current() FROM created
