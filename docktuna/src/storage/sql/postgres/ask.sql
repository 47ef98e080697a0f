-- Claims the oldest trial of the queue, or else creates a trial with its parameters.
--
-- Runs after a statement that locked the study's row, in the same transaction: only then does this
-- statement's snapshot show every trial that others have numbered. $2 is a trial that this session
-- saw after which alone the queue can have grown, and $10 when it started, or NULL for one that is
-- surely there; where its row is lost, as a crash of the server may lose it, all is looked at. $5 is
-- the number that the caller expects, or NULL; $6 the number from which on no trial may run. A row
-- `refused` tells the next number and leaves everything as it was; no row means that the study is gone.
-- $9 is the time zone of heartbeats, or NULL for none: the first one is written here, so that a worker
-- that dies at once leaves no trial that runs for ever.
--
-- A worker that lost its connection asks again with the same $3, while what it sent may still lie before a
-- busy server. Where the later try has brought a trial, the earlier one comes too late and is refused.
--
-- `study_id + 0` keeps the planner off the index of the study's trials, all of which it would read;
-- by the primary key it reads the newest trials only.
WITH seen AS (
    SELECT CASE
        WHEN $10::timestamp IS NULL OR EXISTS (SELECT FROM trials WHERE trial_id = $2 AND datetime_start = $10) THEN $2
        ELSE 0
    END AS id
),
late AS (
    SELECT FROM trials WHERE study_id + 0 = $1 AND trial_id > (SELECT id FROM seen) AND datetime_start = $3
),
claimed AS (
    UPDATE trials SET state = 'RUNNING', datetime_start = $3
    WHERE trial_id = (
        SELECT trial_id FROM trials
        WHERE study_id + 0 = $1 AND trial_id > (SELECT id FROM seen) AND state = 'WAITING' AND number < $6
        ORDER BY trial_id LIMIT 1 FOR NO KEY UPDATE
    ) AND NOT EXISTS (SELECT FROM late)
    RETURNING trial_id, number
),
next AS (
    SELECT coalesce(
        (SELECT number + 1 FROM trials WHERE study_id + 0 = $1 AND trial_id >= (SELECT id FROM seen) AND number IS NOT NULL ORDER BY trial_id DESC LIMIT 1),
        (SELECT number + 1 FROM trials WHERE study_id = $1 AND number IS NOT NULL ORDER BY trial_id DESC LIMIT 1),
        0
    ) AS number
    FROM studies WHERE study_id = $1 AND NOT EXISTS (SELECT FROM claimed)
),
created AS (
    INSERT INTO trials (number, study_id, state, datetime_start)
    SELECT number, $1, 'RUNNING', $3 FROM next
    WHERE number < $6 AND ($5::int IS NULL OR number = $5) AND NOT EXISTS (SELECT FROM late)
    RETURNING trial_id, number
),
params AS (
    INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
    SELECT created.trial_id, p.name, p.value, p.distribution
    FROM created, unnest($4::text[], $7::float8[], $8::text[]) WITH ORDINALITY AS p(name, value, distribution, place)
    ORDER BY p.place
),
beat AS (
    INSERT INTO trial_heartbeats (trial_id, heartbeat)
    SELECT mine.trial_id, now() AT TIME ZONE $9::text
    FROM (SELECT trial_id FROM claimed UNION ALL SELECT trial_id FROM created) AS mine
    WHERE $9 IS NOT NULL
    ON CONFLICT (trial_id) DO UPDATE SET heartbeat = excluded.heartbeat
)
SELECT 'claimed' AS what, trial_id, number FROM claimed
UNION ALL SELECT 'created', trial_id, number FROM created
UNION ALL SELECT 'refused', NULL, number FROM next WHERE NOT EXISTS (SELECT FROM created)
