//! Where the trials go.

use std::str::FromStr;

use docktuna::{BoxError, DatabaseBuilder, OptunaDatabase, Pool};
use percent_encoding::percent_decode_str;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnectOptions;

pub(crate) fn database(url: Option<&str>, unique: u128) -> Result<DatabaseBuilder, BoxError> {
    let settings = OptunaDatabase::builder().from_env();
    match url {
        None => {
            let file = format!("docktuna-bench-{unique}.db");
            Ok(settings.or_sqlite(std::env::temp_dir().join(file)))
        }
        // A URL is the whole database for docktuna, so one without a password goes in piece by piece.
        Some(url) if url.starts_with("postgres") && password(url).is_none() => {
            let options = PgConnectOptions::from_str(url)?;
            let mut settings = parts(settings, options.get_host(), &options);
            let (_, query) = url.split_once('?').unwrap_or_default();
            for option in query.split('&') {
                settings = match option.split_once('=') {
                    Some(("sslmode", mode)) => settings.sslmode(mode.parse()?),
                    Some(("sslrootcert", file)) => settings.sslrootcert(decoded(file)),
                    _ => settings,
                };
            }
            Ok(settings)
        }
        Some(url) => Ok(OptunaDatabase::builder().url(url)),
    }
}

pub(crate) fn parts(
    settings: DatabaseBuilder,
    host: &str,
    options: &PgConnectOptions,
) -> DatabaseBuilder {
    settings
        .host(host)
        .port(options.get_port())
        .user(options.get_username())
        .database(options.get_database().unwrap_or_default())
}

/// The password in the URL that was given, or in that of the environment.
pub(crate) fn given_password(url: Option<&str>) -> Option<String> {
    let storage = std::env::var("OPTUNA_STORAGE").ok();
    url.or(storage.as_deref()).and_then(password)
}

/// The password in a URL.
fn password(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let (credentials, _) = rest.split(['/', '?']).next()?.rsplit_once('@')?;
    let (_, password) = credentials.split_once(':')?;
    Some(decoded(password))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

pub(crate) async fn pool(db: &OptunaDatabase) -> Result<&Pool, BoxError> {
    db.pool()
        .await
        .ok_or_else(|| "a database in memory cannot be measured".into())
}

pub(crate) async fn execute(db: &OptunaDatabase, sql: String) -> Result<(), BoxError> {
    let sql = AssertSqlSafe(sql);
    match pool(db).await? {
        Pool::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop)?,
        Pool::Sqlite(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop)?,
        other => return Err(format!("no statement can be sent to {other:?}").into()),
    }
    Ok(())
}
