-- The study in which a trial last started or ended, with its directions; the newest of several. No index knows, so
-- that each trial's row is looked at once.
SELECT s.study_id, s.study_name, (SELECT array_agg(direction::text ORDER BY objective) FROM study_directions d WHERE d.study_id = s.study_id) AS directions
FROM studies s
WHERE s.study_id = (
    SELECT study_id FROM trials WHERE study_id IS NOT NULL
    ORDER BY greatest(datetime_start, datetime_complete) DESC NULLS LAST, study_id DESC LIMIT 1
)
