//! What it costs a worker to join a large study: the time until its first suggestion, the time of the
//! next, and the memory that it keeps.
//!
//! ```text
//! cargo run --release --example bench_join -- --help
//! ```
//!
//! The study has trials of 10 parameters, which plain statements write. It stands between two other
//! studies of the same size, so that reading it shows whether other studies slow it down. All three stay
//! in the database. Memory is the resident memory of the process, on Linux.

use std::num::NonZeroU32;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use clap::Parser;
use docktuna::sampler::Random;
use docktuna::{BoxError, OptunaDatabase, Pool};
use docktuna_examples::cli;
use docktuna_examples::ten::Ten;
use sqlx::AssertSqlSafe;

/// Measures what it costs a worker to join a large study.
#[derive(Parser)]
struct Arguments {
    /// Finished trials of the study
    #[arg(long, value_name = "N", default_value = "100000")]
    trials: NonZeroU32,
    /// postgresql://user:password@host/name or sqlite:///file.db. Without it, the database of the
    /// OPTUNA_* settings, or a new SQLite file in the folder for temporary files
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

fn main() -> ExitCode {
    cli::run(|arguments| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(bench(&arguments))
    })
}

async fn bench(arguments: &Arguments) -> Result<(), BoxError> {
    let unique = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let settings = match &arguments.database {
        Some(url) => OptunaDatabase::builder().url(url),
        None => {
            let file = std::env::temp_dir().join(format!("docktuna-join-{unique}.db"));
            OptunaDatabase::builder().from_env().or_sqlite(file)
        }
    };
    let db = settings.connect().await?;
    let names = ["before", "joined", "after"].map(|place| format!("{place}-{unique}"));
    for name in &names {
        // Only its row; a sampler that reads nothing leaves the history to the measurement.
        let study = db.study_builder::<Ten>(name).sampler(Random).open().await?;
        fill(&db, study.id().to_string(), arguments.trials.get()).await?;
    }

    let before = resident()?;
    let study = db.study_builder::<Ten>(&names[1]).seed(1).open().await?;
    let start = Instant::now();
    let first = study.ask().await?;
    let joined = start.elapsed();
    let start = Instant::now();
    let second = study.ask().await?;
    let next = start.elapsed();
    let kept = resident()?.saturating_sub(before);
    first.fail("only measured").await?;
    second.fail("only measured").await?;
    println!(
        "{} finished trials of 10 parameters: first suggestion after {:.2} s, the next after {:.1} ms, \
         {:.1} MB more, {} bytes for each trial",
        arguments.trials.get(),
        joined.as_secs_f64(),
        next.as_secs_f64() * 1e3,
        kept as f64 / 1e6,
        kept / u64::from(arguments.trials.get())
    );
    Ok(())
}

/// Writes the trials of a study.
async fn fill(db: &OptunaDatabase, study: String, trials: u32) -> Result<(), BoxError> {
    let pool = db
        .pool()
        .await
        .ok_or("a database in memory is not joined")?;
    let (numbers, columns, random) = match pool {
        Pool::Postgres(_) => (
            format!("generate_series(0, {trials} - 1) AS n(i)"),
            "generate_series(0, 9) AS c(k)".to_owned(),
            "random()",
        ),
        _ => (
            series("i", trials),
            series("k", 10),
            "abs(random() % 1000003) / 1000003.0",
        ),
    };
    let distribution = r#"{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}"#;
    let now = "CURRENT_TIMESTAMP";
    let statements = [
        format!(
            "INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)
             SELECT i, {study}, 'COMPLETE', {now}, {now} FROM {numbers}"
        ),
        format!(
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
             SELECT trial_id, 'p' || k, {random}, '{distribution}'
             FROM trials CROSS JOIN {columns} WHERE study_id = {study}"
        ),
        format!(
            "INSERT INTO trial_values (trial_id, objective, value, value_type)
             SELECT trial_id, 0, {random}, 'FINITE' FROM trials WHERE study_id = {study}"
        ),
    ];
    for sql in statements.map(AssertSqlSafe) {
        match pool {
            Pool::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop)?,
            Pool::Sqlite(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop)?,
            other => return Err(format!("no statement can be sent to {other:?}").into()),
        }
    }
    if let Pool::Postgres(pool) = pool {
        // As autovacuum does after a while.
        sqlx::raw_sql("ANALYZE").execute(pool).await?;
    }
    Ok(())
}

/// A table of whole numbers from 0 on, for SQLite.
fn series(column: &str, count: u32) -> String {
    format!(
        "(WITH RECURSIVE s({column}) AS
            (SELECT 0 UNION ALL SELECT {column} + 1 FROM s WHERE {column} + 1 < {count})
          SELECT {column} FROM s)"
    )
}

/// The resident memory of this process, in bytes.
fn resident() -> Result<u64, BoxError> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kilobytes.ok_or("there is no VmRSS")?.parse::<u64>()? * 1024)
}
