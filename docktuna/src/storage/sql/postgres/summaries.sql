-- Studies at a glance, those with ids from $1 to $2: the number of the trials in each state, when the first one
-- started, and the value of the best one. `best_trial.sql` stands for that file's statement, asked for a study with
-- one objective. LATERAL looks up the trials of each study by its id.
SELECT s.study_id, s.study_name, s.directions, counted.states, counted.trials, counted.started, best.value, best.kind
FROM (
    SELECT *, CASE WHEN cardinality(directions) = 1 THEN study_id END AS single,
        CASE WHEN directions[1] = 'MAXIMIZE' THEN -1 ELSE 1 END AS sign
    FROM (
        SELECT study_id, study_name,
            (SELECT array_agg(direction::text ORDER BY objective) FROM study_directions d WHERE d.study_id = studies.study_id) AS directions
        FROM studies WHERE study_id BETWEEN $1 AND $2
        OFFSET 0
    ) AS directed
) AS s
CROSS JOIN LATERAL (
    SELECT array_agg(state) AS states, array_agg(trials) AS trials, min(started) AS started
    FROM (
        SELECT state::text, count(*) AS trials, min(datetime_start) AS started
        FROM trials WHERE study_id = s.study_id GROUP BY state
    ) AS by_state
) AS counted
LEFT JOIN LATERAL (
{best_trial.sql}
) AS best ON true
ORDER BY s.study_id
