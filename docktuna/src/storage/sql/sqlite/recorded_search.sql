-- What this crate has noted of the space and the search; other attributes may be of any size. Where an earlier release
-- noted the space is not looked at.
SELECT key, value_json FROM study_user_attributes
WHERE study_id = ?1 AND "key" IN ('docktuna:fingerprint', 'docktuna:sampler', 'docktuna:seed')
UNION ALL
SELECT key, value_json FROM study_system_attributes
WHERE study_id = ?1 AND "key" = 'docktuna:space'
