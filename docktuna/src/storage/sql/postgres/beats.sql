-- How many trials run in all studies, how many of them have sent heartbeats, and the longest silence of these in
-- seconds. $1 is the zone of heartbeats.
SELECT count(*), count(h.trial_id), extract(epoch FROM max((now() AT TIME ZONE $1::text) - h.heartbeat))::float8
FROM trials t LEFT JOIN trial_heartbeats h ON h.trial_id = t.trial_id
WHERE t.state = 'RUNNING'
