-- Which of the named tables the search path shows.
SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL
