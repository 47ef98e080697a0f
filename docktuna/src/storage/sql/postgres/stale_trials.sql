-- The running trials of a study whose last heartbeat is more than $2 seconds old, as Optuna has it; those without
-- one never are. Nobody could write while the server was down, so nobody is stale before it has been up that long.
SELECT t.trial_id, t.number, extract(epoch FROM (now() AT TIME ZONE $3::text) - h.heartbeat)::float8
FROM trials t JOIN trial_heartbeats h ON h.trial_id = t.trial_id
WHERE t.study_id = $1 AND t.state = 'RUNNING'
    AND (now() AT TIME ZONE $3::text) - h.heartbeat > make_interval(secs => $2)
    AND now() - pg_postmaster_start_time() > make_interval(secs => $2)
ORDER BY t.trial_id
