-- A trial up to which no trial of the study waits. Needs no lock: trials of a study become visible in
-- the order of their ids, and none but a new one begins to wait.
SELECT coalesce(
    (SELECT min(trial_id) - 1 FROM trials WHERE study_id = $1 AND state = 'WAITING'),
    (SELECT max(trial_id) FROM trials WHERE study_id = $1),
    0
)
