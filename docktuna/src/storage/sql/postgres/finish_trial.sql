-- Ends a trial with its numbers, last attributes and, if it failed, a note, while it is ours and running. No row means that
-- it is not.
--
-- Ids may be handed out again when the server lost the newest asynchronous commits in a crash, so
-- the row has to agree with everything the worker knows of its trial: study, number, start to the
-- microsecond, and every parameter ($10, $11) to the bit.
WITH own AS (
    UPDATE trials SET state = $5::trialstate, datetime_complete = $6
    WHERE trial_id = $1 AND study_id = $2 AND number = $3 AND datetime_start = $4 AND state = 'RUNNING'
        AND NOT EXISTS (
            SELECT FROM unnest($10::text[], $11::float8[]) AS mine(name, value)
            LEFT JOIN trial_params p ON p.trial_id = $1 AND p.param_name = mine.name
            WHERE p.param_value IS DISTINCT FROM mine.value
        )
    RETURNING trial_id
),
results AS (
    INSERT INTO trial_values (trial_id, objective, value, value_type)
    SELECT own.trial_id, v.place - 1, v.value, v.kind::trialvaluetype
    FROM own, unnest($7::float8[], $8::text[]) WITH ORDINALITY AS v(value, kind, place)
    ORDER BY v.place
    ON CONFLICT (trial_id, objective) DO UPDATE SET value = excluded.value, value_type = excluded.value_type
),
user_attributes AS (
    INSERT INTO trial_user_attributes (trial_id, key, value_json)
    SELECT own.trial_id, a.key, a.value FROM own, unnest($9::text[], $12::text[]) AS a(key, value)
    ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json
),
system_attributes AS (
    INSERT INTO trial_system_attributes (trial_id, key, value_json)
    SELECT own.trial_id, a.key, a.value FROM own, unnest($13::text[], $14::text[]) AS a(key, value)
    ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json
),
note AS (
    -- As optuna-dashboard stores it. What a person wrote stays. A study gets some 200 notes, since Optuna reads all of
    -- these attributes with each trial.
    INSERT INTO study_system_attributes (study_id, key, value_json)
    SELECT $2, 'dashboard:' || own.trial_id || n.key, n.value
    FROM own, (VALUES (':note_ver', '1'), (':note_str:0', $15::text)) AS n(key, value)
    WHERE $15::text IS NOT NULL AND NOT EXISTS (
        SELECT FROM study_system_attributes noted
        WHERE noted.study_id = $2 AND noted.key = 'dashboard:' || own.trial_id || ':note_ver'
    ) AND (SELECT count(*) FROM study_system_attributes WHERE study_id = $2) < 400
    ON CONFLICT (study_id, key) DO NOTHING
)
SELECT trial_id FROM own
