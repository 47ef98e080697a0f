-- One stored distribution for each of the names, the first one that is found.
SELECT wanted.name, stored.distribution_json
FROM unnest($2::text[]) AS wanted(name)
CROSS JOIN LATERAL (
    SELECT p.distribution_json
    FROM trials t JOIN trial_params p ON p.trial_id = t.trial_id AND p.param_name = wanted.name
    WHERE t.study_id = $1 LIMIT 1
) AS stored
