-- Whether the server is a standby, and whether a transaction that begins now may only read.
SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'
