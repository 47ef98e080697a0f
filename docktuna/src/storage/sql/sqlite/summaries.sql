-- For one study, or for every one, the number of its trials in each state, and when they first started.
SELECT study_id, state, count(*), min(datetime_start)
FROM trials WHERE ?1 IS NULL OR study_id = ?1 GROUP BY study_id, state
