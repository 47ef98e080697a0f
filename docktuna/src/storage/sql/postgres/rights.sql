-- Which of the rights $3 the role has on the objects $2 of the kinds $1. A sequence is named by its table, and by the
-- column $4 that it numbers. No answer is NULL: an object that is not there has no rights.
SELECT coalesce(
    CASE w.kind
        WHEN 'table' THEN has_table_privilege(to_regclass(w.object), w.privilege)
        WHEN 'sequence' THEN has_sequence_privilege(pg_get_serial_sequence(w.object, w.numbered), w.privilege)
        WHEN 'schema' THEN has_schema_privilege(current_schema(), w.privilege)
        ELSE has_database_privilege(current_database(), w.privilege)
    END, false)
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS w(kind, object, privilege, numbered, place)
ORDER BY w.place
