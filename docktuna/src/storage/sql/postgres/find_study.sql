-- One study with its directions in the order of the objectives, and the revision of the tables.
SELECT s.study_id, s.study_name, (SELECT array_agg(direction::text ORDER BY objective) FROM study_directions d WHERE d.study_id = s.study_id) AS directions,
    (SELECT max(version_num) FROM alembic_version) AS revision
FROM studies s WHERE s.study_name = $1
