-- Calls the function of ask_function.sql; the arguments are those of ask.sql.
SELECT asked, asked_id, asked_number FROM pg_temp.docktuna_ask($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
