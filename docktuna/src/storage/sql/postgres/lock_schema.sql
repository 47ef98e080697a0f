-- Lets one process at a time create the tables; the number is this crate's own.
SELECT pg_advisory_xact_lock(7310305842119)
