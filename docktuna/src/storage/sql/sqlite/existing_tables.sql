-- Every table of the file.
SELECT name FROM sqlite_master WHERE type = 'table'
