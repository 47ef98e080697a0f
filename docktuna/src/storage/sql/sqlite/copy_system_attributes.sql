-- Copies the system attributes of one trial to another, except those that count its retries. Runs inside BEGIN
-- IMMEDIATE.
INSERT INTO trial_system_attributes (trial_id, "key", value_json)
SELECT ?2, "key", value_json FROM trial_system_attributes
WHERE trial_id = ?1 AND "key" NOT IN ('failed_trial', 'retry_history')
