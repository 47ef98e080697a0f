-- Some trials of a study: see `wanted` in trial.rs and listing.rs.
SELECT t.trial_id, t.number, t.state, t.datetime_start, t.datetime_complete
FROM trials t WHERE {wanted}
ORDER BY t.number
