//! A program of your own: `service tune TRIALS` looks for a configuration, on as many hosts as you like,
//! and `service` starts with the best one. `docker/own` makes an image of it.
//!
//! The database is the one that the `OPTUNA_*` settings name.

use std::process::ExitCode;
use std::time::Duration;

use docktuna::{BoxError, Fallback, Load, OptunaDatabase, Tunable};
use tokio::time::{Instant, interval, sleep, timeout};

/// How requests are put together, so that many are answered at the cost of a few.
#[derive(Tunable, Debug)]
#[tune(minimize = "milliseconds")]
struct Batching {
    /// The most that are answered at once.
    #[tune(range = 1..=64, log, default = 8)]
    size: usize,
    /// How long the first one waits for others, in milliseconds.
    #[tune(range = 0.5..=50.0, log, default = 5.0)]
    wait: f64,
}

const STUDY: &str = "batching";
const REQUESTS: usize = 100;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [] => serve().await,
        ["tune", trials] => tune(trials).await,
        _ => {
            eprintln!("usage: service [tune TRIALS]");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn tune(trials: &str) -> Result<(), BoxError> {
    let trials = trials.parse()?;
    let db = OptunaDatabase::from_env().await?;
    println!("tuning in {}", db.description());
    let study = db.study::<Batching>(STUDY).await?;
    let summary = study
        .optimize(|batching, _trial| async move { Ok(batching.milliseconds().await) })
        .trials(trials)
        .run()
        .await?;
    println!("{summary:?}");
    Ok(())
}

async fn serve() -> Result<(), BoxError> {
    let batching = Batching::loader(STUDY)
        .snapshot("best.json")
        .on_missing(Fallback::Defaults)
        .load_from_env()
        .await?;
    println!("serving with {batching:?}");
    println!("a request takes {:.1} ms", batching.milliseconds().await);
    Ok(())
}

impl Batching {
    /// Answers requests that come one each millisecond, and gives the mean time that one takes.
    async fn milliseconds(&self) -> f64 {
        let wait = Duration::from_secs_f64(self.wait / 1000.0);
        let mut arrivals = interval(Duration::from_millis(1));
        let (mut arrived, mut served) = (0, 0);
        let mut total = Duration::ZERO;
        while served < REQUESTS {
            let mut batch: Vec<Instant> = Vec::new();
            let fill = async {
                while batch.len() < self.size && arrived < REQUESTS {
                    batch.push(arrivals.tick().await);
                    arrived += 1;
                }
            };
            // A batch that is not full goes as it is.
            let _ = timeout(wait, fill).await;
            // What answering costs: much for the first one, little for each more.
            let cost = u32::try_from(batch.len()).unwrap_or(u32::MAX) * 50 + 3000;
            sleep(Duration::from_micros(cost.into())).await;
            served += batch.len();
            total += batch.iter().map(Instant::elapsed).sum::<Duration>();
        }
        total.div_f64(REQUESTS as f64).as_secs_f64() * 1000.0
    }
}
