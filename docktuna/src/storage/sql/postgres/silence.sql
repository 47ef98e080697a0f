-- For how many seconds a failed trial had sent no heartbeat when it was failed.
SELECT extract(epoch FROM t.datetime_complete - ((h.heartbeat AT TIME ZONE $2::text) AT TIME ZONE 'UTC'))::float8
FROM trials t JOIN trial_heartbeats h ON h.trial_id = t.trial_id
WHERE t.trial_id = $1 AND t.state = 'FAIL'
