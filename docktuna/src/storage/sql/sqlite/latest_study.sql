-- The study in which a trial last started or ended, with its directions; the newest of several. No index knows, so
-- that each trial's row is looked at once.
SELECT s.study_id, s.study_name, (SELECT group_concat(direction, ',') FROM (SELECT direction FROM study_directions d WHERE d.study_id = s.study_id ORDER BY objective)) AS directions
FROM studies s
WHERE s.study_id = (
    SELECT study_id FROM trials WHERE study_id IN (SELECT study_id FROM studies)
    ORDER BY max(coalesce(datetime_start, ''), coalesce(datetime_complete, '')) DESC, study_id DESC LIMIT 1
)
