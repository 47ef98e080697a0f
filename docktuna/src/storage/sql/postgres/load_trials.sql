-- The trials of a study whose ids lie in a range.
SELECT t.trial_id, t.number, t.state::text, t.datetime_start, t.datetime_complete
FROM trials t WHERE t.study_id = $1 AND t.trial_id BETWEEN $2 AND $3
ORDER BY t.number
