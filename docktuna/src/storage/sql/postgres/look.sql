-- All of some trials, one row for each; see `wanted` in look.rs. One statement, and so one snapshot and one round trip.
SELECT t.trial_id, t.number, t.state::text, t.datetime_start, t.datetime_complete,
    p.names, p.numbers, p.texts, v.objectives, v.numbers, v.kinds, r.steps, r.numbers, r.kinds, u.keys, u.texts, s.keys, s.texts
FROM ({wanted}) AS t
CROSS JOIN LATERAL (
    SELECT array_agg(param_name ORDER BY param_id) AS names, array_agg(param_value ORDER BY param_id) AS numbers,
        array_agg(distribution_json ORDER BY param_id) AS texts
    FROM trial_params WHERE trial_id = t.trial_id
) AS p
CROSS JOIN LATERAL (
    SELECT array_agg(objective ORDER BY objective) AS objectives, array_agg(value ORDER BY objective) AS numbers,
        array_agg(value_type::text ORDER BY objective) AS kinds
    FROM trial_values WHERE trial_id = t.trial_id
) AS v
CROSS JOIN LATERAL (
    SELECT array_agg(step) AS steps, array_agg(intermediate_value) AS numbers,
        array_agg(intermediate_value_type::text) AS kinds
    FROM trial_intermediate_values WHERE trial_id = t.trial_id
) AS r
CROSS JOIN LATERAL (
    SELECT array_agg(key) AS keys, array_agg(value_json) AS texts FROM trial_user_attributes WHERE trial_id = t.trial_id
) AS u
CROSS JOIN LATERAL (
    SELECT array_agg(key) AS keys, array_agg(value_json) AS texts FROM trial_system_attributes WHERE trial_id = t.trial_id
) AS s
ORDER BY t.trial_id
