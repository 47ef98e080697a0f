-- How many trials of one study are in each state.
SELECT state, count(*) FROM trials WHERE study_id = ?1 GROUP BY state
