-- Fails a trial while it is running and stale, with the reason $4. No row means that it is not: somebody else was
-- faster, or its worker is back.
WITH failed AS (
    UPDATE trials t SET state = 'FAIL', datetime_complete = $3
    FROM trial_heartbeats h
    WHERE t.trial_id = $1 AND h.trial_id = t.trial_id AND t.state = 'RUNNING'
        AND (now() AT TIME ZONE $5::text) - h.heartbeat > make_interval(secs => $2)
    RETURNING t.trial_id, t.study_id
),
reason AS (
    INSERT INTO trial_user_attributes (trial_id, key, value_json)
    SELECT trial_id, 'docktuna:error', $4 FROM failed
    ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json
),
note AS (
    -- As optuna-dashboard stores it. What a person wrote stays. A study gets some 200 notes, since Optuna reads all of
    -- these attributes with each trial.
    INSERT INTO study_system_attributes (study_id, key, value_json)
    SELECT failed.study_id, 'dashboard:' || failed.trial_id || n.key, n.value
    FROM failed, (VALUES (':note_ver', '1'), (':note_str:0', $6::text)) AS n(key, value)
    WHERE $6::text IS NOT NULL AND NOT EXISTS (
        SELECT FROM study_system_attributes noted
        WHERE noted.study_id = failed.study_id AND noted.key = 'dashboard:' || failed.trial_id || ':note_ver'
    ) AND (SELECT count(*) FROM study_system_attributes WHERE study_id = failed.study_id) < 400
    ON CONFLICT (study_id, key) DO NOTHING
)
SELECT trial_id FROM failed
