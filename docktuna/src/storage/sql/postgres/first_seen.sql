-- A trial up to which no trial of the study waits. Needs no lock: trials of a study become visible in
-- the order of their ids, and none but a new one begins to wait. One look through the study's trials; from the ends
-- of all trials, where the planner would begin for a smallest or largest id, it may be far to one of this study.
SELECT coalesce(min(trial_id + 0) FILTER (WHERE state = 'WAITING') - 1, max(trial_id + 0), 0)
FROM trials WHERE study_id = $1
