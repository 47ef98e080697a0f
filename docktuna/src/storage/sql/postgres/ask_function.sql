-- The ask as a function of the session, so that it takes one round trip and no other worker waits
-- for the study's row while the network is busy. Each statement in it has a snapshot of its own, as
-- in a transaction. An ask that was given up on may have created it already. `ask.sql` stands for that file's content.
CREATE OR REPLACE FUNCTION pg_temp.docktuna_ask(integer, integer, timestamp, text[], integer, integer, float8[], text[], text, timestamp)
RETURNS TABLE (asked text, asked_id integer, asked_number integer) LANGUAGE plpgsql AS $docktuna$
BEGIN
    SET LOCAL synchronous_commit TO off;
    -- The planner would plan for each `seen` anew, which takes longer than the work itself.
    SET LOCAL plan_cache_mode TO force_generic_plan;
    PERFORM FROM studies WHERE study_id = $1 FOR NO KEY UPDATE;
    FOR asked, asked_id, asked_number IN
        {ask.sql}
    LOOP
        IF asked = 'claimed' THEN
            -- A claim that a crash undid would be run a second time.
            SET LOCAL synchronous_commit TO DEFAULT;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$docktuna$
