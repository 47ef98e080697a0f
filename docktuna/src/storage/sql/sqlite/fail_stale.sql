-- Fails a trial while it is running and stale. No row means that it is not: somebody else was faster, or its worker
-- is back. Runs inside BEGIN IMMEDIATE.
UPDATE trials SET state = 'FAIL', datetime_complete = ?3
WHERE trial_id = ?1 AND state = 'RUNNING' AND EXISTS (
    SELECT 1 FROM trial_heartbeats h
    WHERE h.trial_id = ?1 AND (julianday('now') - julianday(h.heartbeat)) * 86400.0 > ?2
)
RETURNING trial_id
