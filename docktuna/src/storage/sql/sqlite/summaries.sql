-- For every study the number of its trials in each state, and when they first started.
SELECT study_id, state, count(*), min(datetime_start)
FROM trials GROUP BY study_id, state
