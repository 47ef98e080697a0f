-- The trials of a study, or one of them: see `wanted` in trial.rs.
SELECT t.trial_id, t.number, t.state::text, t.datetime_start, t.datetime_complete
FROM trials t WHERE {wanted}
ORDER BY t.number
