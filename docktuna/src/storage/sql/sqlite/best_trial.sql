-- The best complete trial of a study with one objective: infinities rank outside the finite numbers,
-- the earliest trial wins ties, and a trial that breaks a constraint never wins. ?2 is 1 to minimize
-- and -1 to maximize.
--
-- A constraint is broken unless its number is 0 or less, or false: NaN, which JSON5 reads as null, breaks it, and
-- so does what is no number. `constraints:0` overrides the first item of `constraints`, a list.
-- Where `among` stands in braces comes nothing, or a condition for the trials that may be it.
SELECT t.trial_id, t.number, v.value, v.value_type,
    ?2 * CASE v.value_type WHEN 'INF_NEG' THEN -1 WHEN 'FINITE' THEN 0 ELSE 1 END AS rank, ?2 * v.value AS loss
FROM trials t JOIN trial_values v ON v.trial_id = t.trial_id AND v.objective = 0
WHERE t.study_id = ?1 AND t.state = 'COMPLETE' {among} AND NOT EXISTS (
    SELECT 1 FROM trial_system_attributes a, json_each(CASE
        WHEN NOT json_valid(a.value_json, 2) THEN '[null]'
        WHEN a.key <> 'constraints' THEN '[' || a.value_json || ']'
        WHEN json_type(a.value_json) = 'array' THEN a.value_json
        WHEN a.value_json IN ('null', '{}') THEN '[]'
        ELSE '[null]'
    END) AS c
    WHERE a.trial_id = t.trial_id
        AND (a.key = 'constraints' OR a.key GLOB 'constraints:*')
        AND (c.type NOT IN ('integer', 'real', 'false') OR c.value > 0)
        AND NOT (a.key = 'constraints' AND EXISTS (
            SELECT 1 FROM trial_system_attributes named
            WHERE named.trial_id = a.trial_id AND named.key = 'constraints:' || c.key
        ))
)
ORDER BY rank, loss, t.trial_id
LIMIT 1
