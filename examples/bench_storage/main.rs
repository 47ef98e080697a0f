//! Measures what a trial costs in the database: an objective that computes next to nothing, asked for and told.
//!
//! ```text
//! cargo run --release --example bench_storage -- [--sampler random|tpe] [--params K] [--workers N]
//!     [--history T] [--seconds S] [--database URL] [--optuna VENV/bin/python]
//! ```
//!
//! It prints one line of JSON. The floor is the time that the same database needs for two committed
//! INSERTs of one row each on an open connection. It is measured in slices that alternate with
//! docktuna's, so that both run under the same load. Round trips and commits are counted on the wire,
//! with one worker and after a warm-up. SQLite has none. The study stays in the database, under its own
//! name.
//!
//! With `--optuna` the same trials are made with Optuna as well, in slices that take turns with the others: on
//! the same server, in a study with the same finished trials, with the sampler of the same name and its defaults.
//! Our workers are tasks of one process. Optuna's are processes, because one process of Python uses one core.
//! Our slices are shorter, so that our study does not outgrow the other. `--seconds 120` gives 25 pairs.

mod count;
mod floor;
mod history;
mod optuna;
mod target;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::{Parser, ValueEnum};
use docktuna::sampler::{Random, Tpe};
use docktuna::{BoxError, OptunaDatabase, Pool, Study, Tunable};
use docktuna_examples::cli;
use serde::Serialize;
use tokio::task::JoinSet;

use floor::Floor;
use optuna::Optuna;
use target::{database, pool};

/// How long one side is measured before it is the other's turn.
const SLICE: Duration = Duration::from_millis(250);

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
    /// Where the values come from
    #[arg(long, value_enum, default_value = "random")]
    sampler: Searched,
    /// Parameters of a trial: 1, 5, 10, 20 or 50
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = parameters)]
    params: u32,
    /// Workers that ask and tell at once
    #[arg(long, value_name = "N", default_value = "1")]
    workers: NonZeroUsize,
    /// Finished trials that the study holds before
    #[arg(long, value_name = "T", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    history: u32,
    /// How long to measure, shared with the floor and Optuna
    #[arg(long, value_name = "S", default_value_t = 10.0, value_parser = seconds)]
    seconds: f64,
    /// postgresql://user:password@host/name or sqlite:///file.db; a password that it lacks comes from
    /// the OPTUNA_* settings. Without it, the database that those settings name, or a new SQLite file
    /// in the folder for temporary files
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// A Python with Optuna, to measure that as well
    #[arg(long, value_name = "PATH")]
    optuna: Option<PathBuf>,
}

/// A sampler that both sides have.
#[derive(Debug, Clone, Copy, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Searched {
    Random,
    Tpe,
}

impl Searched {
    async fn open<T: Tunable>(self, db: &OptunaDatabase, name: &str) -> docktuna::Result<Study<T>> {
        let builder = db.study_builder(name);
        match self {
            Self::Random => builder.sampler(Random).open().await,
            Self::Tpe => builder.sampler(Tpe::default()).open().await,
        }
    }
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
    sampler: Searched,
    params: u32,
    workers: usize,
    history: u32,
    seconds: f64,
    trials: i64,
    trials_per_s: f64,
    floor_per_s: f64,
    /// How many times as fast as the floor.
    ratio: Spread,
    #[serde(skip_serializing_if = "Option::is_none")]
    optuna: Option<Python>,
    round_trips_per_trial: Option<f64>,
    commits_per_trial: Option<f64>,
    /// Trials that share their number with another one.
    duplicates: i64,
    /// Numbers below the largest that no trial has.
    gaps: i64,
}

#[derive(Serialize)]
struct Python {
    version: String,
    trials_per_s: f64,
    /// How many times as fast as Optuna ours is.
    ratio: Spread,
}

/// What the slices said.
#[derive(Serialize)]
struct Spread {
    median: f64,
    /// The quartiles.
    from: f64,
    to: f64,
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
    let study = arguments.sampler.open::<T>(&db, &name).await?;
    let names: Vec<String> = T::SPACE.walk().map(|node| node.name().to_owned()).collect();
    history::fill(&db, study.id().get(), &names, arguments.history).await?;

    let optuna = match &arguments.optuna {
        Some(python) => {
            let name = format!("{name}-optuna");
            Some(Optuna::start(python, &db, &name, &names, arguments).await?)
        }
        None => None,
    };
    let floor = Floor::new(&db, workers, unique).await?;
    let mut sides = Sides { floor, optuna };
    let measured = sides.measure(&study, workers, arguments.seconds).await;
    sides.floor.remove(&db).await?;
    let rounds = measured?;

    let counted = count::count::<T>(&db, arguments.database.as_deref(), &name, arguments.sampler);
    let counted = counted.await.unwrap_or_else(|error| {
        eprintln!("round trips cannot be counted: {error}");
        None
    });
    let (trials, distinct, largest) = count::numbers(&study).await?;
    let report = Report {
        database: match pool(&db).await? {
            Pool::Postgres(_) => "postgresql",
            _ => "sqlite",
        },
        study: name,
        sampler: arguments.sampler,
        params,
        workers,
        history: arguments.history,
        seconds: arguments.seconds,
        trials,
        trials_per_s: rounded(rate(rounds.iter().map(|round| round.ours))),
        floor_per_s: rounded(rate(rounds.iter().map(|round| round.floor))),
        ratio: Spread::of(
            rounds
                .iter()
                .map(|round| round.ours.per_second() / round.floor.per_second()),
        ),
        optuna: sides.optuna.map(|optuna| Python {
            version: optuna.version.clone(),
            trials_per_s: Spread::of(rounds.iter().filter_map(|round| round.optuna)).median,
            ratio: Spread::of(
                rounds
                    .iter()
                    .filter_map(|round| Some(round.ours.per_second() / round.optuna?)),
            ),
        }),
        round_trips_per_trial: counted.map(|(round_trips, _)| round_trips),
        commits_per_trial: counted.map(|(_, commits)| commits),
        duplicates: trials - distinct,
        gaps: largest + 1 - distinct,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

/// What one slice made, and in which time.
#[derive(Clone, Copy)]
struct Slice {
    trials: u32,
    elapsed: Duration,
}

impl Slice {
    fn new(trials: u32, elapsed: Duration) -> Self {
        Self { trials, elapsed }
    }

    fn per_second(self) -> f64 {
        f64::from(self.trials) / self.elapsed.as_secs_f64()
    }
}

/// A slice of each side.
struct Round {
    ours: Slice,
    floor: Slice,
    /// Trials per second.
    optuna: Option<f64>,
}

/// What ours is compared with.
struct Sides {
    floor: Floor,
    optuna: Option<Optuna>,
}

impl Sides {
    /// Rounds in which each side has a slice. Which one goes first alternates, so that neither gains by a trend.
    async fn measure<T: Tunable + Send + 'static>(
        &mut self,
        study: &Study<T>,
        workers: usize,
        seconds: f64,
    ) -> Result<Vec<Round>, BoxError> {
        // The first slices open connections, prepare statements and read what is in the study.
        slice(study, workers).await?;
        self.floor.slice().await?;
        self.optuna_slice()?;
        let end = Instant::now() + Duration::from_secs_f64(seconds);
        let mut rounds = Vec::new();
        while rounds.is_empty() || Instant::now() < end {
            rounds.push(if rounds.len() % 2 == 0 {
                Round {
                    ours: slice(study, workers).await?,
                    floor: self.floor.slice().await?,
                    optuna: self.optuna_slice()?,
                }
            } else {
                let optuna = self.optuna_slice()?;
                let floor = self.floor.slice().await?;
                let ours = slice(study, workers).await?;
                Round {
                    ours,
                    floor,
                    optuna,
                }
            });
        }
        Ok(rounds)
    }

    fn optuna_slice(&mut self) -> Result<Option<f64>, BoxError> {
        self.optuna.as_mut().map(Optuna::slice).transpose()
    }
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
                trial(&study).await?;
                trials += 1;
            }
            Ok::<u32, docktuna::Error>(trials)
        });
    }
    let mut trials = 0_u32;
    while let Some(worker) = running.join_next().await {
        trials += worker??;
    }
    Ok(Slice::new(trials, started.elapsed()))
}

/// A whole trial, with the squared distance from a point as its result.
async fn trial<T: Tunable + Send + 'static>(study: &Study<T>) -> docktuna::Result<()> {
    let trial = study.ask().await?;
    let squares = trial.params().iter().map(|x| (x.stored() - 0.3).powi(2));
    let loss: f64 = squares.sum();
    trial.tell(loss).await
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

impl Spread {
    /// Of at least one value.
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let last = values.len() - 1;
        let quantile = |quarters: usize| {
            let (place, rest) = (last * quarters / 4, last * quarters % 4);
            let next = values[(place + 1).min(last)];
            rounded(values[place] + (next - values[place]) * rest as f64 / 4.0)
        };
        Self {
            median: quantile(2),
            from: quantile(1),
            to: quantile(3),
        }
    }
}

/// To three places: more would be noise.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
