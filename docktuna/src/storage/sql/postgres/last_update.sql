-- When a trial of one study last started or ended.
SELECT greatest(max(datetime_start), max(datetime_complete)) FROM trials WHERE study_id = $1
