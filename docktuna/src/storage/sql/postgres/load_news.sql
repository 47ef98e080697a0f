-- What samplers look at in the trials of a study: in at most $4 and a hundred above the id $2, and in those of $3 that
-- do not wait. Of the trial $5 only that it is there. One statement, and so one snapshot. $6 and $7 are ids and starts
-- of trials whose parameters the caller knows. While they run they have nothing else, either.
--
-- What is new is mostly among the next trials of all studies. The planner sees no more than a list of ids, which it
-- takes to be short, and so keeps one plan: to plan anew takes longer than to read. `study_id + 0` keeps it off the
-- index of the study's trials, all of which it would read. OFFSET 0 keeps each subquery a look-up by trial: joined, it
-- would read whole tables.
WITH next AS MATERIALIZED (SELECT trial_id, study_id FROM trials WHERE trial_id > $2 ORDER BY trial_id LIMIT 100),
seen AS (
    SELECT trial_id, number, state, datetime_start, datetime_complete FROM trials
    WHERE study_id + 0 = $1 AND (trial_id > $2 OR state <> 'WAITING' OR trial_id = $5) AND trial_id = ANY(ARRAY(
        SELECT trial_id FROM next WHERE study_id = $1
        UNION ALL
        (
            SELECT trial_id FROM trials
            WHERE study_id + 0 = $1 AND trial_id > (SELECT max(trial_id) FROM next) AND (SELECT count(*) FROM next) = 100
            ORDER BY trial_id LIMIT $4
        )
        UNION ALL
        SELECT unnest(array_append($3::int[], $5))
    ))
),
wanted AS (
    SELECT trial_id, state,
        ((trial_id, datetime_start) IN (SELECT id, started FROM unnest($6::int[], $7::timestamp[]) AS mine(id, started))) IS TRUE AS own
    FROM seen WHERE state <> 'WAITING' AND trial_id <> $5
),
others AS (SELECT trial_id FROM wanted WHERE NOT own),
noted AS (SELECT trial_id FROM wanted WHERE NOT own OR state <> 'RUNNING')
SELECT 'trial' AS what, trial_id, number AS place, state::text AS label, NULL::float8 AS number,
    to_char(datetime_complete, 'YYYY-MM-DD HH24:MI:SS.US') AS long
FROM seen
UNION ALL
SELECT 'own', trial_id, NULL, NULL, NULL, NULL FROM wanted WHERE own
UNION ALL
SELECT 'param', w.trial_id, NULL, p.param_name, p.param_value, p.distribution_json
FROM others w CROSS JOIN LATERAL (SELECT * FROM trial_params p WHERE p.trial_id = w.trial_id OFFSET 0) p
UNION ALL
SELECT 'value', w.trial_id, v.objective, v.value_type::text, v.value, NULL
FROM wanted w CROSS JOIN LATERAL (SELECT * FROM trial_values v WHERE v.trial_id = w.trial_id OFFSET 0) v
WHERE w.state = 'COMPLETE'
UNION ALL
SELECT 'report', w.trial_id, v.step, v.intermediate_value_type::text, v.intermediate_value, NULL
FROM wanted w CROSS JOIN LATERAL (
    SELECT * FROM trial_intermediate_values v WHERE v.trial_id = w.trial_id ORDER BY v.step DESC LIMIT 1
) v
WHERE w.state = 'PRUNED'
UNION ALL
SELECT 'system_attr', w.trial_id, NULL, a.key, NULL, a.value_json
FROM noted w CROSS JOIN LATERAL (SELECT * FROM trial_system_attributes a WHERE a.trial_id = w.trial_id OFFSET 0) a
WHERE a.key LIKE 'constraints%' OR a.key LIKE 'tpe:relative_params:%'
UNION ALL
SELECT 'user_attr', w.trial_id, NULL, a.key, NULL, a.value_json
FROM noted w CROSS JOIN LATERAL (SELECT * FROM trial_user_attributes a WHERE a.trial_id = w.trial_id OFFSET 0) a
WHERE a.key = 'docktuna:constraints'
