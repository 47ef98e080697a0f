-- How many trials run in all studies, how many of them have sent heartbeats, and the longest silence of these in
-- seconds.
SELECT count(*), count(h.trial_id), max((julianday('now') - julianday(h.heartbeat)) * 86400.0)
FROM trials t LEFT JOIN trial_heartbeats h ON h.trial_id = t.trial_id
WHERE t.state = 'RUNNING'
