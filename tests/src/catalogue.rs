//! How tables are defined, as lines that can be compared.

use sqlx::Row;

use crate::server::TestDb;

/// Everything that PostgreSQL knows of a database's tables.
///
/// # Panics
/// When it cannot be read.
pub async fn postgres_catalogue(postgres: &TestDb) -> Vec<String> {
    let sql = "
        SELECT 'column ' || concat_ws(' ', table_name, column_name, ordinal_position, column_default,
            is_nullable, data_type, character_maximum_length, udt_name)
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL
        SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL
        SELECT 'enum ' || t.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
        FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.typname
        UNION ALL
        SELECT 'sequence ' || concat_ws(' ', sequencename, data_type, start_value, increment_by, cache_size)
        FROM pg_sequences WHERE schemaname = 'public'
        UNION ALL
        SELECT 'version ' || version_info_id || ' ' || schema_version FROM version_info
        UNION ALL
        SELECT 'revision ' || version_num FROM alembic_version
        ORDER BY 1";
    let mut connection = postgres.connect().await;
    let rows = sqlx::query(sql)
        .fetch_all(&mut connection)
        .await
        .expect("tables that can be read");
    rows.iter().map(|row| row.get(0)).collect()
}

/// Everything that SQLite knows of a file's tables.
///
/// # Panics
/// When it cannot be read.
pub async fn sqlite_catalogue(pool: &sqlx::SqlitePool) -> Vec<String> {
    let mut lines = Vec::new();
    for table in sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        .fetch_all(pool)
        .await
        .expect("tables that can be read")
    {
        let table: String = table.get(0);
        // The order in which uniques are numbered is the file's own matter.
        for (what, sql) in [
            (
                "column",
                "SELECT name || ' ' || type || ' ' || \"notnull\" || ' ' || pk || ' ' || coalesce(dflt_value, '') FROM pragma_table_info(?1)",
            ),
            (
                "index",
                "SELECT group_concat(i.name) || ' ' || l.\"unique\" || ' ' || l.origin FROM pragma_index_list(?1) l, pragma_index_info(l.name) i GROUP BY l.name",
            ),
            (
                "key",
                "SELECT \"table\" || ' ' || \"from\" || ' ' || \"to\" || ' ' || on_delete FROM pragma_foreign_key_list(?1)",
            ),
            (
                "named",
                "SELECT name FROM pragma_index_list(?1) WHERE name NOT LIKE 'sqlite_autoindex%'",
            ),
        ] {
            let rows = sqlx::query(sql)
                .bind(&table)
                .fetch_all(pool)
                .await
                .expect("tables that can be read");
            lines.extend(
                rows.iter()
                    .map(|row| format!("{table} {what} {}", row.get::<String, _>(0))),
            );
        }
    }
    lines.sort();
    lines
}
