-- The server's version and time, and whether the connection to it is encrypted.
SELECT current_setting('server_version'), extract(epoch FROM clock_timestamp())::float8,
    (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())
