-- When a trial of one study last started or ended.
SELECT nullif(max(max(coalesce(datetime_start, '')), max(coalesce(datetime_complete, ''))), '') FROM trials WHERE study_id = ?1
