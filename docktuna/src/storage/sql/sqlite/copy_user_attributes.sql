-- Copies the user attributes of one trial to another, except why it failed. Runs inside BEGIN IMMEDIATE.
INSERT INTO trial_user_attributes (trial_id, "key", value_json)
SELECT ?2, "key", value_json FROM trial_user_attributes WHERE trial_id = ?1 AND "key" <> 'docktuna:error'
