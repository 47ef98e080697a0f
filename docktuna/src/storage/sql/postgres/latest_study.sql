-- The name of the study in which a trial last started or ended.
SELECT s.study_name
FROM studies s JOIN trials t ON t.study_id = s.study_id
GROUP BY s.study_id, s.study_name
ORDER BY greatest(max(t.datetime_start), max(t.datetime_complete)) DESC NULLS LAST, s.study_id DESC
LIMIT 1
