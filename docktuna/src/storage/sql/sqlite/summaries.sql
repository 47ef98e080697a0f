-- Studies at a glance, those with ids from ?1 to ?2: the number of the trials in each state, when the first one
-- started, and the value of the best one. `best_trial.sql` stands for that file's statement, asked for a study with
-- one objective. MATERIALIZED keeps SQLite from asking for the directions again with each trial.
WITH counted AS MATERIALIZED (
    SELECT study_id, study_name,
        (SELECT group_concat(direction, ',') FROM (SELECT direction FROM study_directions d WHERE d.study_id = studies.study_id ORDER BY objective)) AS directions,
        (SELECT group_concat(state || ' ' || trials, ',') FROM (
            SELECT state, count(*) AS trials FROM trials t WHERE t.study_id = studies.study_id GROUP BY state
        )) AS trials,
        (SELECT min(datetime_start) FROM trials t WHERE t.study_id = studies.study_id) AS started
    FROM studies WHERE study_id BETWEEN ?1 AND ?2
),
directed AS MATERIALIZED (
    SELECT *, CASE WHEN directions NOT LIKE '%,%' THEN study_id END AS single,
        CASE directions WHEN 'MAXIMIZE' THEN -1 ELSE 1 END AS sign
    FROM counted
)
SELECT s.study_id, s.study_name, s.directions, s.trials, s.started, v.value, v.value_type
FROM (
    SELECT s.*, (SELECT trial_id FROM (
{best_trial.sql}
    )) AS best
    FROM directed AS s
) AS s
LEFT JOIN trial_values v ON v.trial_id = s.best AND v.objective = 0
ORDER BY s.study_id
