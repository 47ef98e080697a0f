-- One study by its id, with its directions in the order of the objectives.
SELECT s.study_id, s.study_name, (SELECT array_agg(direction::text ORDER BY objective) FROM study_directions d WHERE d.study_id = s.study_id) AS directions
FROM studies s WHERE s.study_id = $1
