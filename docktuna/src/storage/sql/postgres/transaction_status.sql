-- What became of a transaction whose commit was not answered.
SELECT txid_status($1)
