-- How many studies there are.
SELECT count(*) FROM studies
