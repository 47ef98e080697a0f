-- The best complete trial of a study with one objective: infinities rank outside the finite numbers,
-- the earliest trial wins ties, and a trial that breaks a constraint never wins. $2 is 1 to minimize
-- and -1 to maximize. OFFSET 0 keeps values and constraints look-ups by trial: joined, the planner would read those
-- of all studies. Constraints are read of the best few only.
--
-- A constraint is broken unless its number is 0 or less, or false: NaN breaks it, and so does what is no number.
-- The numbers are JSON as Python writes it, where bare NaN and Infinity occur, so their text is judged: one that
-- breaks nothing is 0, or starts with a minus. `constraints:0` overrides the first item of `constraints`, a list.
-- Where `among` stands in braces comes nothing, or a condition for the trials that may be it.
SELECT ranked.trial_id, ranked.number, ranked.value, ranked.kind
FROM (
    SELECT t.trial_id, t.number, v.value, v.value_type::text AS kind,
        $2 * CASE v.value_type WHEN 'INF_NEG' THEN -1 WHEN 'FINITE' THEN 0 ELSE 1 END AS rank, $2 * v.value AS loss
    FROM trials t
    CROSS JOIN LATERAL (SELECT * FROM trial_values v WHERE v.trial_id = t.trial_id AND v.objective = 0 OFFSET 0) AS v
    WHERE t.study_id = $1 AND t.state = 'COMPLETE' {among}
    ORDER BY rank, loss, t.trial_id
    OFFSET 0
) AS ranked
WHERE NOT EXISTS (
        SELECT FROM trial_system_attributes a
        CROSS JOIN LATERAL regexp_split_to_table(
            CASE
                WHEN a.key <> 'constraints' THEN a.value_json
                WHEN a.value_json ~ '^\s*\[.*\]\s*$' THEN substring(a.value_json FROM '^\s*\[\s*(.*)\]\s*$')
                WHEN a.value_json IN ('null', '{}') THEN ''
                ELSE 'null'
            END,
            '\s*,\s*'
        ) WITH ORDINALITY AS c(number, place)
        WHERE a.trial_id = ranked.trial_id
            AND (a.key = 'constraints' OR a.key LIKE 'constraints:%')
            AND trim(c.number) !~ '^(-?0(\.0+)?([eE][-+]?\d+)?|-\d+(\.\d+)?([eE][-+]?\d+)?|-Infinity|false)$'
            AND NOT (a.key = 'constraints' AND trim(c.number) = '')
            AND NOT (a.key = 'constraints' AND EXISTS (
                SELECT FROM trial_system_attributes named
                WHERE named.trial_id = a.trial_id AND named.key = 'constraints:' || (c.place - 1) OFFSET 0
            ))
        OFFSET 0
)
ORDER BY ranked.rank, ranked.loss, ranked.trial_id
LIMIT 1
