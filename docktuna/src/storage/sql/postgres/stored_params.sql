-- Every parameter of a study with what it was drawn from last, and how many trials have it.
SELECT c.param_name, last.distribution_json, c.trials
FROM (
    SELECT p.param_name, min(p.param_id) AS first, max(p.param_id) AS last, count(*) AS trials
    FROM trials t JOIN trial_params p ON p.trial_id = t.trial_id
    WHERE t.study_id = $1
    GROUP BY p.param_name
) AS c JOIN trial_params last ON last.param_id = c.last
ORDER BY c.first
