-- Copies the parameters of one trial to another. Runs inside BEGIN IMMEDIATE.
INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
SELECT ?2, param_name, param_value, distribution_json FROM trial_params WHERE trial_id = ?1 ORDER BY param_id
