-- For how many seconds a failed trial had sent no heartbeat when it was failed.
SELECT (julianday(t.datetime_complete) - julianday(h.heartbeat)) * 86400.0
FROM trials t JOIN trial_heartbeats h ON h.trial_id = t.trial_id
WHERE t.trial_id = ?1 AND t.state = 'FAIL'
