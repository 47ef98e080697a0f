-- What pruners look at in the trials of a study above the id $3, and in those of $4 that do not wait.
-- One statement, so one snapshot. $5, $6 and $7 say whether reports, rungs and results are wanted; of
-- the trial $8 the reports are not. A report that is not as Optuna writes it comes as NULL.
--
-- What is new is found as in load_news.sql. OFFSET 0 keeps each subquery a look-up by trial: joined, the planner would
-- read whole tables.
WITH next AS MATERIALIZED (SELECT trial_id, study_id FROM trials WHERE trial_id > $3 ORDER BY trial_id LIMIT 100),
seen AS (
    SELECT trial_id, number, state, datetime_complete FROM trials
    WHERE study_id + 0 = $1 AND (trial_id > $3 OR state <> 'WAITING' OR trial_id = $8) AND trial_id = ANY(ARRAY(
        SELECT trial_id FROM next WHERE study_id = $1
        UNION ALL
        SELECT trial_id FROM trials
        WHERE study_id + 0 = $1 AND trial_id > (SELECT max(trial_id) FROM next) AND (SELECT count(*) FROM next) = 100
        UNION ALL
        SELECT unnest(array_append($4::int[], $8))
    ))
)
SELECT t.trial_id, t.number, t.state::text, t.datetime_complete, v.value, v.value_type::text,
    CASE WHEN t.state = 'COMPLETE' AND NOT $5 THEN
        (SELECT max(i.step) FROM trial_intermediate_values i WHERE i.trial_id = t.trial_id)
    END,
    reports.steps, reports.numbers, attributes.keys, attributes.texts
FROM seen t
LEFT JOIN LATERAL (
    SELECT v.value, v.value_type FROM trial_values v
    WHERE $7 AND t.state = 'COMPLETE' AND v.trial_id = t.trial_id AND v.objective = 0 OFFSET 0
) AS v ON true
LEFT JOIN LATERAL (
    SELECT array_agg(i.step ORDER BY i.step) AS steps,
        array_agg(CASE i.intermediate_value_type
            WHEN 'FINITE' THEN i.intermediate_value
            WHEN 'INF_POS' THEN 'Infinity'
            WHEN 'INF_NEG' THEN '-Infinity'
            WHEN 'NAN' THEN 'NaN'
        END ORDER BY i.step) AS numbers
    FROM trial_intermediate_values i
    WHERE $5 AND t.state = 'COMPLETE' AND t.trial_id <> $8 AND i.trial_id = t.trial_id
) AS reports ON true
LEFT JOIN LATERAL (
    SELECT array_agg(a.key) AS keys, array_agg(a.value_json) AS texts
    FROM trial_system_attributes a
    WHERE a.trial_id = t.trial_id AND (
        ($6 AND a.key LIKE 'completed\_rung\_%')
        OR ($7 AND t.state = 'COMPLETE' AND (a.key = 'constraints' OR a.key LIKE 'constraints:%'))
    )
) AS attributes ON true
WHERE EXISTS (SELECT FROM studies WHERE study_id = $1 AND study_name = $2)
ORDER BY t.trial_id
