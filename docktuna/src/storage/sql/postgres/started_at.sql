-- The trials of one start, by which a write is recognised whose answer was lost. One is surely new whose parameters
-- are of the transaction that wrote its row: a claim writes the row of a queued one again.
SELECT trial_id, number, datetime_complete,
    EXISTS (SELECT FROM trial_params p WHERE p.trial_id = t.trial_id AND p.xmin = t.xmin)
FROM trials t
WHERE study_id = $1 AND datetime_start = $2 ORDER BY trial_id
