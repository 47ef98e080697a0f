-- Records a heartbeat of a trial that is ours and still running, in UTC as Optuna does. No row means that it is
-- not. Runs inside BEGIN IMMEDIATE.
INSERT INTO trial_heartbeats (trial_id, heartbeat)
SELECT trial_id, strftime('%Y-%m-%d %H:%M:%f000', 'now') FROM trials
WHERE trial_id = ?1 AND study_id = ?2 AND number = ?3 AND datetime_start = ?4 AND state = 'RUNNING'
ON CONFLICT (trial_id) DO UPDATE SET heartbeat = excluded.heartbeat
RETURNING trial_id
