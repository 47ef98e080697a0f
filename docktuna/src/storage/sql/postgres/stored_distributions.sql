-- One stored distribution for each of the names, found in the first $3 trials; and whether there are more trials.
SELECT wanted.name, stored.distribution_json, stored.param_id IS NOT NULL,
    (SELECT count(*) > $3 FROM (SELECT FROM trials WHERE study_id = $1 LIMIT $3 + 1) AS few)
FROM unnest($2::text[]) AS wanted(name)
LEFT JOIN LATERAL (
    SELECT p.distribution_json, p.param_id
    FROM (SELECT trial_id FROM trials WHERE study_id = $1 LIMIT $3) AS t
    JOIN trial_params p ON p.trial_id = t.trial_id AND p.param_name = wanted.name
    LIMIT 1
) AS stored ON true
