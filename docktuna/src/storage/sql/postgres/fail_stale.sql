-- Fails a trial while it is running and stale, with the reason $4. No row means that it is not: somebody else was
-- faster, or its worker is back.
WITH failed AS (
    UPDATE trials t SET state = 'FAIL', datetime_complete = $3
    FROM trial_heartbeats h
    WHERE t.trial_id = $1 AND h.trial_id = t.trial_id AND t.state = 'RUNNING'
        AND (now() AT TIME ZONE $5::text) - h.heartbeat > make_interval(secs => $2)
    RETURNING t.trial_id
),
reason AS (
    INSERT INTO trial_user_attributes (trial_id, key, value_json)
    SELECT trial_id, 'docktuna:error', $4 FROM failed
    ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json
)
SELECT trial_id FROM failed
