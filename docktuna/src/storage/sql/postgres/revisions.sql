-- The schema revisions recorded by alembic; Optuna's databases have exactly one.
SELECT version_num FROM alembic_version ORDER BY version_num
