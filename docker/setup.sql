-- Roles, database and rights of an Optuna server; run by setup.sh as a superuser, with psql, as often as one likes.
--
-- Variables: owner_role, db_name, db_schema, dedicated, and reader_role if a read-only role is wanted.
-- Standard input: each password twice, in the order of the \password commands.
--
-- Passwords: \password turns them into SCRAM verifiers inside psql, so the server is never told a password and neither a log,
-- nor pg_stat_activity, nor pg_stat_statements, nor the network can show one; quotes and backslashes need no thought either.
-- A verifier can still be attacked by guessing, therefore the session also keeps its statements out of the server's log.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SET log_min_duration_sample = -1;
SET log_transaction_sample_rate = 0;
SET password_encryption = 'scram-sha-256';

-- Two set-ups at once would collide in CREATE; the lock goes with the session.
SELECT pg_advisory_lock(hashtextextended('docktuna-setup', 0)) AS unused \gset

-- psql does not substitute variables inside a DO block.
SELECT set_config('docktuna.owner_role', :'owner_role', false) AS unused \gset
SELECT set_config('docktuna.reader_role', '', false) AS unused \gset
\if :{?reader_role}
SELECT set_config('docktuna.reader_role', :'reader_role', false) AS unused \gset
\endif

-- A typing mistake in a setting must not take the rights of an administrator away.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY[current_setting('docktuna.owner_role'), current_setting('docktuna.reader_role')] LOOP
        IF octet_length(wanted) > 63 THEN
            RAISE EXCEPTION 'role name "%" is longer than the 63 bytes that PostgreSQL keeps', wanted;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = wanted AND (rolsuper OR rolcreaterole OR rolcreatedb)) THEN
            RAISE EXCEPTION 'role "%" exists and is an administrator; choose another name', wanted;
        END IF;
    END LOOP;
END
$$;

SELECT format('CREATE ROLE %I', :'owner_role')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner_role') \gexec
ALTER ROLE :"owner_role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
\password :"owner_role"

\if :{?reader_role}
SELECT format('CREATE ROLE %I', :'reader_role')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'reader_role') \gexec
ALTER ROLE :"reader_role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
\password :"reader_role"
\endif

-- The administrator owns the database: its owner could drop it or open it to everybody.
SELECT format('CREATE DATABASE %I TEMPLATE template0', :'db_name')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'db_name') \gexec

-- In one transaction, so that a worker that connects meanwhile is not refused.
BEGIN;
REVOKE ALL ON DATABASE :"db_name" FROM PUBLIC;
REVOKE ALL ON DATABASE :"db_name" FROM :"owner_role";
-- TEMPORARY lets a worker make a function of its session, which halves the round trips of a trial.
GRANT CONNECT, TEMPORARY ON DATABASE :"db_name" TO :"owner_role";
\if :{?reader_role}
REVOKE ALL ON DATABASE :"db_name" FROM :"reader_role";
GRANT CONNECT ON DATABASE :"db_name" TO :"reader_role";
\endif
COMMIT;

-- PostgreSQL lets every role connect to every database that nobody has closed. Only a server that is ours is closed here.
\if :dedicated
SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', datname)
FROM pg_database
WHERE datname IN ('postgres', 'template1') AND datname <> :'db_name' \gexec
\endif

-- Also for workers in Python, which name no schema.
ALTER ROLE :"owner_role" IN DATABASE :"db_name" SET search_path = :"db_schema";
\if :{?reader_role}
ALTER ROLE :"reader_role" IN DATABASE :"db_name" SET search_path = :"db_schema";
\endif

-- As a connection string, because a plain argument with "=" in it would be taken for one.
SELECT format('dbname=''%s''', replace(replace(:'db_name', '\', '\\'), '''', '\''')) AS target \gset
\set QUIET on
\connect -reuse-previous=on :"target"
SET client_min_messages = warning;

BEGIN;
CREATE SCHEMA IF NOT EXISTS :"db_schema";
-- Servers before version 15 let everybody create tables in it.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON SCHEMA :"db_schema" FROM PUBLIC;
-- The tuner's first run creates Optuna's tables and so owns them, which `optuna storage upgrade` needs as well.
GRANT USAGE, CREATE ON SCHEMA :"db_schema" TO :"owner_role";
\if :{?reader_role}
REVOKE ALL ON SCHEMA :"db_schema" FROM :"reader_role";
REVOKE ALL ON ALL TABLES IN SCHEMA :"db_schema" FROM :"reader_role";
GRANT USAGE ON SCHEMA :"db_schema" TO :"reader_role";
GRANT SELECT ON ALL TABLES IN SCHEMA :"db_schema" TO :"reader_role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner_role" IN SCHEMA :"db_schema" GRANT SELECT ON TABLES TO :"reader_role";
\endif
COMMIT;
