-- Creates a study unless the name is taken; no row means that it is. The directions go in by objective, as readers of
-- old releases rely on their physical order. Runs in a transaction, whose id tells later whether it was carried out.
WITH created AS (
    INSERT INTO studies (study_name) VALUES ($1) ON CONFLICT (study_name) DO NOTHING RETURNING study_id
),
directions AS (
    INSERT INTO study_directions (direction, study_id, objective)
    SELECT d.direction::studydirection, created.study_id, d.place - 1
    FROM created, unnest($2::text[]) WITH ORDINALITY AS d(direction, place)
    ORDER BY d.place
)
SELECT study_id, txid_current() FROM created
