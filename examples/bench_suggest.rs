//! What one suggestion costs: 10 parameters, with 100 to 10,000 finished trials, in CPU time, against Optuna and rustuna
//! with the same history in the same run.
//!
//! ```text
//! python3 -m venv VENV && VENV/bin/pip install optuna==5.0.0 rustuna==0.2.0 torch scipy
//! taskset -c 0 cargo run --release --example bench_suggest -- VENV/bin/python
//! ```
//!
//! Each sampler goes on from the same random trials, and is told the loss of each of its own, so that what it computes
//! only now and then counts with its share. The first two suggestions, which read the history, are apart. The times depend on
//! the machine, and the ratios matter. On a machine with other load, use the medians of several runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};

use clap::Parser;
use docktuna::sampler::{Auto, Draft, Gp, Random, Sampler, Tpe};
use docktuna::{BoxError, Distribution, OptunaDatabase};
use docktuna_examples::cli;
use docktuna_examples::ten::Ten;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value as Json, json};

/// How many suggestions are measured, after the first ones.
const SUGGESTIONS: usize = 20;
/// The first ones read the history, once by each sampler of those that take turns.
const FIRST: usize = 2;
/// With more trials the Gaussian process leaves the suggestions to the TPE.
const MOST_FOR_GP: usize = 300;

/// Measures what one suggestion costs, against Optuna and rustuna.
#[derive(Parser)]
struct Arguments {
    /// A Python that has optuna; what it has of rustuna and torch is measured, too
    python: PathBuf,
    /// The numbers of finished trials, separated by commas
    #[arg(long, value_name = "N,M", value_delimiter = ',', default_values_t = [100, 200, 1_000, 10_000])]
    trials: Vec<usize>,
}

fn main() -> ExitCode {
    cli::run(bench)
}

fn bench(arguments: Arguments) -> Result<(), BoxError> {
    println!(
        "CPU milliseconds of one suggestion of 10 parameters: the mean of {SUGGESTIONS}, and before them the first"
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for trials in arguments.trials {
        // Half of the suggestions are made with fewer trials, half with more.
        let known = trials.saturating_sub(SUGGESTIONS / 2 + FIRST).max(1);
        let (mut times, history) = runtime.block_on(ours(known))?;
        times.extend(theirs(&arguments.python, &history)?);
        report(trials, &times)?;
    }
    Ok(())
}

/// The milliseconds of each suggestion, by sampler.
type Times = BTreeMap<String, Vec<f64>>;

async fn ours(trials: usize) -> Result<(Times, Json), BoxError> {
    let mut times = Times::new();
    let mut history = Vec::with_capacity(trials);
    measured(Random, trials, &mut history, 0).await?;
    let tpe = measured(Tpe::default(), trials, &mut Vec::new(), SUGGESTIONS).await?;
    times.insert("docktuna Tpe".to_owned(), tpe);
    if trials + SUGGESTIONS < MOST_FOR_GP {
        let gp = measured(Gp::default(), trials, &mut Vec::new(), SUGGESTIONS).await?;
        times.insert("docktuna Gp".to_owned(), gp);
        let auto = measured(Auto::default(), trials, &mut Vec::new(), SUGGESTIONS).await?;
        times.insert("docktuna Auto".to_owned(), auto);
    }
    Ok((times, Json::Array(history)))
}

/// The times of suggestions after so many random trials, which are put into `history`.
async fn measured(
    sampler: impl Sampler + 'static,
    trials: usize,
    history: &mut Vec<Json>,
    suggestions: usize,
) -> Result<Vec<f64>, BoxError> {
    let db = OptunaDatabase::in_memory();
    let random = db.study_builder::<Ten>("ten").sampler(Random).seed(1);
    let random = random.open().await?;
    for _ in 0..trials {
        let trial = random.ask().await?;
        let (params, value) = (trial.config().values(), trial.config().loss());
        trial.tell(value).await?;
        history.push(json!({"params": params, "value": value}));
    }
    let spent = Arc::new(Mutex::new(0.0));
    let timed = Timed {
        sampler: Box::new(sampler),
        spent: Arc::clone(&spent),
    };
    let study = db.study_builder::<Ten>("ten").sampler(timed).seed(1);
    let study = study.open().await?;
    let mut times = Vec::with_capacity(suggestions);
    for _ in 0..FIRST + suggestions {
        *spent.lock().unwrap_or_else(|e| e.into_inner()) = 0.0;
        let trial = study.ask().await?;
        times.push(*spent.lock().unwrap_or_else(|e| e.into_inner()));
        let value = trial.config().loss();
        trial.tell(value).await?;
    }
    Ok(times)
}

/// A sampler with a watch.
#[derive(Debug)]
struct Timed {
    sampler: Box<dyn Sampler>,
    spent: Arc<Mutex<f64>>,
}

impl Timed {
    fn timed<R>(&self, work: impl FnOnce() -> R) -> R {
        let start = cpu_time();
        let done = work();
        *self.spent.lock().unwrap_or_else(|e| e.into_inner()) += cpu_time() - start;
        done
    }
}

impl Sampler for Timed {
    fn name(&self) -> &'static str {
        self.sampler.name()
    }

    fn reads_history(&self) -> bool {
        true
    }

    fn prepare(&self, draft: &mut Draft<'_>) -> docktuna::Result<()> {
        self.timed(|| self.sampler.prepare(draft))
    }

    fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64 {
        self.timed(|| self.sampler.sample(draft, name, distribution))
    }
}

/// Milliseconds.
fn cpu_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn theirs(python: &Path, history: &Json) -> Result<Times, BoxError> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), history.to_string())?;
    let output = Command::new(python)
        .args(["-c", include_str!("bench_suggest.py")])
        .arg(file.path())
        .arg((FIRST + SUGGESTIONS).to_string())
        .env("OMP_NUM_THREADS", "1")
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn report(trials: usize, times: &Times) -> Result<(), BoxError> {
    let mean = |times: &[f64]| {
        let later = times.get(FIRST..).unwrap_or_default();
        later.iter().sum::<f64>() / later.len().max(1) as f64
    };
    let of = |name: &str| times.get(name).map(|times| mean(times));
    let tpe = of("optuna tpe").ok_or("the Python side printed no times")?;
    println!("\n{trials} finished trials");
    for (name, times) in times {
        let time = mean(times);
        let first = times.iter().take(FIRST).copied().fold(0.0, f64::max);
        print!(
            "  {name:<14} {time:>9.3} ms (first {first:>9.3})   {:>8.4} of optuna tpe",
            time / tpe
        );
        if let Some(gp) = of("optuna gp") {
            print!("   {:>8.4} of optuna gp", time / gp);
        }
        if let Some(rustuna) = of("rustuna tpe") {
            print!("   {:>8.4} of rustuna tpe", time / rustuna);
        }
        println!();
    }
    Ok(())
}
