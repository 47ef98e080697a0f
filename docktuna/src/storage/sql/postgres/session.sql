-- Where the session's name comes from, and what it is: on a straight line from the client's start, and
-- what was asked for there. Then whether the server's connection is encrypted. The name becomes the
-- one that people shall see.
SELECT source, setting,
    (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()),
    set_config('application_name', 'docktuna', false)
FROM pg_settings WHERE name = 'application_name'
