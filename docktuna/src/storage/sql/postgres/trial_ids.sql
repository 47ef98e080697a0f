-- The trials of a study in the states $2, at most $3 of them: see `order` in listing.rs.
SELECT t.trial_id FROM trials t
WHERE t.study_id = $1 AND t.state::text = ANY($2)
ORDER BY {order}, t.number {direction}
LIMIT $3
