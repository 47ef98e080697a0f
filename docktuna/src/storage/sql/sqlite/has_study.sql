-- Whether the study is there. The name has to agree: SQLite hands the id of a deleted study out again.
SELECT count(*) FROM studies WHERE study_id = ?1 AND study_name = ?2
