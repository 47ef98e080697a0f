//! Measures what a trial costs in the database: an objective that does nothing, asked for and told.
//!
//! ```text
//! cargo run --release --example bench_storage -- [--params K] [--workers N] [--seconds S]
//!     [--database URL]
//! ```
//!
//! It prints one line of JSON. The floor is the time that the same database needs for two committed
//! INSERTs of one row each on an open connection. It is measured in slices that alternate with
//! docktuna's, so that both run under the same load. Round trips and commits are counted on the wire,
//! with one worker and after a warm-up. SQLite has none. The study stays in the database, under its own
//! name.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Parser;
use docktuna::sampler::Random;
use docktuna::{BoxError, DatabaseBuilder, OptunaDatabase, Pool, SslMode, Study, Tunable};
use docktuna_examples::cli;
use docktuna_tests::Proxy;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::task::JoinSet;

/// How long one side is measured before it is the other's turn.
const SLICE: Duration = Duration::from_millis(250);
/// The trials that are counted on the wire, and those before them.
const COUNTED: u32 = 200;
const WARM_UP: u32 = 20;

macro_rules! space {
    ($name:ident: $($field:ident)*) => {
        #[derive(Tunable)]
        struct $name {
            $(#[tune(range = 0.0..=1.0)] $field: f64,)*
        }
    };
}

space!(Params1: a0);
space!(Params5: a0 a1 a2 a3 a4);
space!(Params10: a0 a1 a2 a3 a4 a5 a6 a7 a8 a9);
space!(Params20: a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9);
space!(Params50:
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9
    d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 e0 e1 e2 e3 e4 e5 e6 e7 e8 e9);

/// Measures what a trial costs in the database, and prints one line of JSON.
#[derive(Parser)]
struct Arguments {
    /// Parameters of a trial: 1, 5, 10, 20 or 50
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = parameters)]
    params: u32,
    /// Workers that ask and tell at once
    #[arg(long, value_name = "N", default_value = "1")]
    workers: NonZeroUsize,
    /// How long to measure, shared with the floor
    #[arg(long, value_name = "S", default_value_t = 10.0, value_parser = seconds)]
    seconds: f64,
    /// postgresql://user:password@host/name or sqlite:///file.db; a password that it lacks comes from
    /// the OPTUNA_* settings. Without it, the database that those settings name, or a new SQLite file
    /// in the folder for temporary files
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

fn parameters(text: &str) -> Result<u32, String> {
    let number = text.parse().ok();
    number
        .filter(|number| [1, 5, 10, 20, 50].contains(number))
        .ok_or_else(|| "expected 1, 5, 10, 20 or 50".to_owned())
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok();
    seconds
        .filter(|seconds| *seconds > 0.0 && *seconds <= 86_400.0)
        .ok_or_else(|| "expected seconds, above 0 and at most a day".to_owned())
}

#[derive(Serialize)]
struct Report {
    database: &'static str,
    study: String,
    params: u32,
    workers: usize,
    seconds: f64,
    trials: i64,
    trials_per_s: f64,
    floor_per_s: f64,
    /// The median of the slices.
    ratio: f64,
    round_trips_per_trial: Option<f64>,
    commits_per_trial: Option<f64>,
    /// Trials that share their number with another one.
    duplicates: i64,
    /// Numbers below the largest that no trial has.
    gaps: i64,
}

fn main() -> ExitCode {
    cli::run(|arguments: Arguments| {
        tokio::runtime::Runtime::new()?.block_on(async {
            match arguments.params {
                1 => bench::<Params1>(&arguments).await,
                5 => bench::<Params5>(&arguments).await,
                10 => bench::<Params10>(&arguments).await,
                20 => bench::<Params20>(&arguments).await,
                _ => bench::<Params50>(&arguments).await,
            }
        })
    })
}

async fn bench<T: Tunable + Send + 'static>(arguments: &Arguments) -> Result<(), BoxError> {
    let unique = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let (params, workers) = (arguments.params, arguments.workers.get());
    let db = database(arguments.database.as_deref(), unique)?
        .max_connections(workers)
        .connect()
        .await?;
    eprintln!("database: {}", db.description());
    let name = format!("bench-{params}-{workers}-{unique}");
    // The store alone: no history is read.
    let study = db.study_builder::<T>(&name).sampler(Random).open().await?;

    let mut floor = Floor::new(&db, workers, unique).await?;
    let measured = measure(&study, &mut floor, workers, arguments.seconds).await;
    floor.remove(&db).await?;
    let slices = measured?;

    let counted = count::<T>(&db, arguments.database.as_deref(), &name).await;
    let counted = counted.unwrap_or_else(|error| {
        eprintln!("round trips cannot be counted: {error}");
        None
    });
    let (trials, distinct, largest) = numbers(&study).await?;
    let report = Report {
        database: match pool(&db).await? {
            Pool::Postgres(_) => "postgresql",
            _ => "sqlite",
        },
        study: name,
        params,
        workers,
        seconds: arguments.seconds,
        trials,
        trials_per_s: rounded(rate(slices.iter().map(|(ours, _)| *ours))),
        floor_per_s: rounded(rate(slices.iter().map(|(_, floor)| *floor))),
        ratio: rounded(median(
            slices
                .iter()
                .map(|(ours, floor)| ours.per_second() / floor.per_second())
                .collect(),
        )),
        round_trips_per_trial: counted.map(|(round_trips, _)| round_trips),
        commits_per_trial: counted.map(|(_, commits)| commits),
        duplicates: trials - distinct,
        gaps: largest + 1 - distinct,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

// Where the trials go.

fn database(url: Option<&str>, unique: u128) -> Result<DatabaseBuilder, BoxError> {
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

fn parts(settings: DatabaseBuilder, host: &str, options: &PgConnectOptions) -> DatabaseBuilder {
    settings
        .host(host)
        .port(options.get_port())
        .user(options.get_username())
        .database(options.get_database().unwrap_or_default())
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

// The two sides.

/// What one slice made, and in which time.
#[derive(Clone, Copy)]
struct Slice {
    trials: u32,
    elapsed: Duration,
}

impl Slice {
    fn per_second(self) -> f64 {
        f64::from(self.trials) / self.elapsed.as_secs_f64()
    }
}

/// Pairs of slices, ours and the floor's. Which one goes first alternates, so that neither gains by
/// a trend.
async fn measure<T: Tunable + Send + 'static>(
    study: &Study<T>,
    floor: &mut Floor,
    workers: usize,
    seconds: f64,
) -> Result<Vec<(Slice, Slice)>, BoxError> {
    // The first slices open connections and prepare statements.
    slice(study, workers).await?;
    floor.slice().await?;
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut slices = Vec::new();
    while slices.is_empty() || Instant::now() < end {
        slices.push(if slices.len() % 2 == 0 {
            let ours = slice(study, workers).await?;
            (ours, floor.slice().await?)
        } else {
            let floor = floor.slice().await?;
            (slice(study, workers).await?, floor)
        });
    }
    Ok(slices)
}

/// A slice of ours. The time runs until the last worker is done with its last trial.
async fn slice<T: Tunable + Send + 'static>(
    study: &Study<T>,
    workers: usize,
) -> Result<Slice, BoxError> {
    let started = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..workers {
        let study = study.clone();
        running.spawn(async move {
            let mut trials = 0_u32;
            while started.elapsed() < SLICE {
                study.ask().await?.tell(0.5).await?;
                trials += 1;
            }
            Ok::<u32, docktuna::Error>(trials)
        });
    }
    let mut trials = 0_u32;
    while let Some(worker) = running.join_next().await {
        trials += worker??;
    }
    Ok(Slice {
        trials,
        elapsed: started.elapsed(),
    })
}

/// The connections of the floor, one for each worker, and its table.
struct Floor {
    table: String,
    insert: Arc<str>,
    connections: Vec<Held>,
}

enum Held {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl Floor {
    async fn new(db: &OptunaDatabase, workers: usize, unique: u128) -> Result<Self, BoxError> {
        let table = format!("docktuna_bench_{unique}");
        let mut connections = Vec::new();
        for _ in 0..workers {
            connections.push(match pool(db).await? {
                Pool::Postgres(pool) => Held::Postgres(pool.connect_options().connect().await?),
                Pool::Sqlite(pool) => Held::Sqlite(pool.connect_options().connect().await?),
                other => return Err(format!("there is no floor for {other:?}").into()),
            });
        }
        execute(db, format!("CREATE TABLE {table} (value double precision)")).await?;
        let insert = format!("INSERT INTO {table} VALUES (0.5)").into();
        Ok(Self {
            table,
            insert,
            connections,
        })
    }

    async fn slice(&mut self) -> Result<Slice, BoxError> {
        let started = Instant::now();
        let mut running = JoinSet::new();
        for mut connection in self.connections.drain(..) {
            let insert = Arc::clone(&self.insert);
            running.spawn(async move {
                let mut trials = 0_u32;
                while started.elapsed() < SLICE {
                    connection.execute(&insert).await?;
                    connection.execute(&insert).await?;
                    trials += 1;
                }
                Ok::<_, sqlx::Error>((connection, trials))
            });
        }
        let mut trials = 0_u32;
        while let Some(worker) = running.join_next().await {
            let (connection, made) = worker??;
            self.connections.push(connection);
            trials += made;
        }
        Ok(Slice {
            trials,
            elapsed: started.elapsed(),
        })
    }

    /// A slice that failed has lost its connections, so this one is another.
    async fn remove(self, db: &OptunaDatabase) -> Result<(), BoxError> {
        for connection in self.connections {
            connection.close().await?;
        }
        execute(db, format!("DROP TABLE {}", self.table)).await
    }
}

async fn execute(db: &OptunaDatabase, sql: String) -> Result<(), BoxError> {
    let sql = AssertSqlSafe(sql);
    match pool(db).await? {
        Pool::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop)?,
        Pool::Sqlite(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop)?,
        other => return Err(format!("no statement can be sent to {other:?}").into()),
    }
    Ok(())
}

impl Held {
    async fn execute(&mut self, sql: &Arc<str>) -> sqlx::Result<()> {
        let sql = AssertSqlSafe(Arc::clone(sql));
        match self {
            Self::Postgres(connection) => sqlx::query(sql).execute(connection).await.map(drop),
            Self::Sqlite(connection) => sqlx::query(sql).execute(connection).await.map(drop),
        }
    }

    async fn close(self) -> sqlx::Result<()> {
        match self {
            Self::Postgres(connection) => connection.close().await,
            Self::Sqlite(connection) => connection.close().await,
        }
    }
}

// What is counted afterwards.

/// Round trips and commits per trial of a single worker, through the proxy; none for SQLite.
async fn count<T: Tunable + Send + 'static>(
    db: &OptunaDatabase,
    url: Option<&str>,
    study: &str,
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
    let storage = std::env::var("OPTUNA_STORAGE").ok();
    let settings = match url.or(storage.as_deref()).and_then(password) {
        Some(password) => settings.password(password),
        None => settings,
    };
    let db = settings.connect().await?;
    let study = db.study_builder::<T>(study).sampler(Random).open().await?;
    for _ in 0..WARM_UP {
        study.ask().await?.tell(0.5).await?;
    }
    let before = proxy.counts();
    for _ in 0..COUNTED {
        study.ask().await?.tell(0.5).await?;
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
async fn numbers<T>(study: &Study<T>) -> Result<(i64, i64, i64), BoxError> {
    const SQL: &str = "SELECT count(*), count(DISTINCT number), \
        coalesce(CAST(max(number) AS bigint), -1) FROM trials WHERE study_id = $1";
    let id = study.id().get();
    Ok(match pool(study.database()).await? {
        Pool::Postgres(pool) => sqlx::query_as(SQL).bind(id).fetch_one(pool).await?,
        Pool::Sqlite(pool) => sqlx::query_as(SQL).bind(id).fetch_one(pool).await?,
        other => return Err(format!("there is no SQL for {other:?}").into()),
    })
}

fn rate(slices: impl Iterator<Item = Slice>) -> f64 {
    let (trials, seconds) = slices.fold((0.0, 0.0), |(trials, seconds), slice| {
        (
            trials + f64::from(slice.trials),
            seconds + slice.elapsed.as_secs_f64(),
        )
    });
    trials / seconds
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (low, high) = ((values.len() - 1) / 2, values.len() / 2);
    f64::midpoint(values[low], values[high])
}

/// To three places: more would be noise.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

async fn pool(db: &OptunaDatabase) -> Result<&Pool, BoxError> {
    db.pool()
        .await
        .ok_or_else(|| "a database in memory cannot be measured".into())
}
