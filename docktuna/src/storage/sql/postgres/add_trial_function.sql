-- Adding a trial under the lock of its study, as a function of the session: what several statements do takes one round
-- trip, and each has a plan that is kept. `add_trial.sql` stands for that file's content; a trial has none of what is
-- left out.
CREATE OR REPLACE FUNCTION pg_temp.docktuna_add_trial(integer, text, timestamp, timestamp DEFAULT NULL, text[] DEFAULT NULL, float8[] DEFAULT NULL, text[] DEFAULT NULL, float8[] DEFAULT NULL, text[] DEFAULT NULL, text[] DEFAULT NULL, text[] DEFAULT NULL, text[] DEFAULT NULL, text[] DEFAULT NULL, integer[] DEFAULT NULL, float8[] DEFAULT NULL, text[] DEFAULT NULL)
RETURNS TABLE (added_id integer, added_number integer, added_by bigint) LANGUAGE plpgsql AS $docktuna$
BEGIN
    SET LOCAL plan_cache_mode TO force_generic_plan;
    PERFORM FROM studies WHERE study_id = $1 FOR NO KEY UPDATE;
    RETURN QUERY
        {add_trial.sql};
END
$docktuna$
