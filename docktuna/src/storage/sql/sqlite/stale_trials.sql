-- The running trials of a study whose last heartbeat is more than ?2 seconds old, as Optuna has it; those without
-- one never are.
SELECT t.trial_id, t.number, (julianday('now') - julianday(h.heartbeat)) * 86400.0
FROM trials t JOIN trial_heartbeats h ON h.trial_id = t.trial_id
WHERE t.study_id = ?1 AND t.state = 'RUNNING'
    AND (julianday('now') - julianday(h.heartbeat)) * 86400.0 > ?2
ORDER BY t.trial_id
