-- Records a heartbeat of each of the trials that is ours and still running, and tells which ones those are.
--
-- Optuna keeps heartbeats without a zone, in the zone of its sessions: the server's own, $4. Ours are in UTC.
INSERT INTO trial_heartbeats (trial_id, heartbeat)
SELECT t.trial_id, now() AT TIME ZONE $4::text
FROM unnest($1::int[], $2::int[], $3::timestamp[]) AS mine(id, number, started)
JOIN trials t ON t.trial_id = mine.id AND t.number = mine.number AND t.datetime_start = mine.started
WHERE t.state = 'RUNNING'
ORDER BY t.trial_id
ON CONFLICT (trial_id) DO UPDATE SET heartbeat = excluded.heartbeat
RETURNING trial_id
