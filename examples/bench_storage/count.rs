//! What is counted after the measurement.

use docktuna::{BoxError, OptunaDatabase, Pool, SslMode, Study, Tunable};
use docktuna_tests::Proxy;

use crate::target::{given_password, parts, pool};
use crate::{Searched, trial};

/// The trials that are counted on the wire, and those before them.
const COUNTED: u32 = 200;
const WARM_UP: u32 = 20;

/// Round trips and commits per trial of a single worker, through the proxy; none for SQLite.
pub(crate) async fn count<T: Tunable + Send + 'static>(
    db: &OptunaDatabase,
    url: Option<&str>,
    study: &str,
    sampler: Searched,
) -> Result<Option<(f64, f64)>, BoxError> {
    let Pool::Postgres(pool) = pool(db).await? else {
        return Ok(None);
    };
    let options = pool.connect_options();
    if options.get_socket().is_some() || options.get_host().starts_with('/') {
        return Err("the server is reached through a socket file".into());
    }
    let proxy = Proxy::start(options.get_host(), options.get_port()).await;
    let settings = OptunaDatabase::builder().from_env();
    let settings = parts(settings, "127.0.0.1", &options)
        .port(proxy.port())
        .sslmode(SslMode::Disable)
        .max_connections(1);
    let settings = match given_password(url) {
        Some(password) => settings.password(password),
        None => settings,
    };
    let db = settings.connect().await?;
    let study = sampler.open::<T>(&db, study).await?;
    for _ in 0..WARM_UP {
        trial(&study).await?;
    }
    let before = proxy.counts();
    for _ in 0..COUNTED {
        trial(&study).await?;
    }
    let after = proxy.counts();
    let each = |before: u64, after: u64| {
        u32::try_from(after - before).map(|n| f64::from(n) / f64::from(COUNTED))
    };
    Ok(Some((
        each(before.round_trips, after.round_trips)?,
        each(before.transactions, after.transactions)?,
    )))
}

/// How many trials the study has, how many numbers, and the largest of them.
pub(crate) async fn numbers<T>(study: &Study<T>) -> Result<(i64, i64, i64), BoxError> {
    const SQL: &str = "SELECT count(*), count(DISTINCT number), \
        coalesce(CAST(max(number) AS bigint), -1) FROM trials WHERE study_id = $1";
    let id = study.id().get();
    Ok(match pool(study.database()).await? {
        Pool::Postgres(pool) => sqlx::query_as(SQL).bind(id).fetch_one(pool).await?,
        Pool::Sqlite(pool) => sqlx::query_as(SQL).bind(id).fetch_one(pool).await?,
        other => return Err(format!("there is no SQL for {other:?}").into()),
    })
}
