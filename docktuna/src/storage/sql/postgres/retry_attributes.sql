-- What says how often a trial has been retried; as Optuna keeps it.
SELECT key, value_json FROM trial_system_attributes
WHERE trial_id = $1 AND key IN ('failed_trial', 'retry_history')
