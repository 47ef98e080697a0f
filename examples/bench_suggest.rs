//! What one suggestion costs: 10 parameters with 1,000 and 10,000 finished trials, in CPU time, against
//! Optuna and rustuna with the same history in the same run.
//!
//! ```text
//! python3 -m venv VENV && VENV/bin/pip install optuna==5.0.0 rustuna==0.2.0
//! taskset -c 0 cargo run --release --example bench_suggest -- VENV/bin/python
//! ```
//!
//! `suggest` is the time of the sampler alone. `ask` is the time to create a trial with a database in
//! memory, which corresponds to Python's `ask` and ten `suggest_float`. The times depend on the machine,
//! and the ratios matter. On a machine with other load, use the medians of several runs.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};

use clap::Parser;
use docktuna::sampler::{Draft, Random, Sampler, Tpe};
use docktuna::{BoxError, Distribution, OptunaDatabase};
use docktuna_examples::cli;
use docktuna_examples::ten::Ten;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value as Json, json};

/// How many suggestions are measured.
const SUGGESTIONS: usize = 31;

/// Measures what one suggestion costs, against Optuna and rustuna.
#[derive(Parser)]
struct Arguments {
    /// A Python that has optuna and rustuna
    python: PathBuf,
}

fn main() -> ExitCode {
    cli::run(bench)
}

fn bench(Arguments { python }: Arguments) -> Result<(), BoxError> {
    println!("CPU milliseconds of one suggestion of 10 parameters, medians of {SUGGESTIONS}");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for trials in [1_000, 10_000] {
        let measured = runtime.block_on(measure(trials))?;
        let file = std::env::temp_dir().join(format!("bench_suggest_{}.json", std::process::id()));
        std::fs::write(&file, measured.history.to_string())?;
        let output = Command::new(&python)
            .args(["examples/bench_suggest.py".as_ref(), file.as_os_str()])
            .arg(SUGGESTIONS.to_string())
            .output()?;
        std::fs::remove_file(&file)?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        report(trials, measured, &serde_json::from_slice(&output.stdout)?)?;
    }
    Ok(())
}

struct Measured {
    suggest: Vec<f64>,
    ask: Vec<f64>,
    history: Json,
}

async fn measure(trials: usize) -> Result<Measured, BoxError> {
    let db = OptunaDatabase::in_memory();
    let random = db.study_builder::<Ten>("ten").sampler(Random).seed(1);
    let random = random.open().await?;
    let mut history = Vec::with_capacity(trials);
    for _ in 0..trials {
        let trial = random.ask().await?;
        let (params, value) = (trial.config().values(), trial.config().loss());
        trial.tell(value).await?;
        history.push(json!({"params": params, "value": value}));
    }

    let spent = Arc::new(Mutex::new(0.0));
    let timed = Timed {
        tpe: Tpe::default(),
        spent: Arc::clone(&spent),
    };
    let study = db.study_builder::<Ten>("ten").sampler(timed).seed(1);
    let study = study.open().await?;
    // The first one reads the history.
    study.ask().await?.fail("only measured").await?;
    let (mut suggest, mut ask) = (Vec::new(), Vec::new());
    for _ in 0..SUGGESTIONS {
        *spent.lock().unwrap_or_else(|e| e.into_inner()) = 0.0;
        let start = cpu_time(ClockId::ProcessCPUTime);
        let trial = study.ask().await?;
        ask.push(cpu_time(ClockId::ProcessCPUTime) - start);
        suggest.push(*spent.lock().unwrap_or_else(|e| e.into_inner()));
        trial.fail("only measured").await?;
    }
    Ok(Measured {
        suggest,
        ask,
        history: Json::Array(history),
    })
}

/// The sampler with a watch.
#[derive(Debug)]
struct Timed {
    tpe: Tpe,
    spent: Arc<Mutex<f64>>,
}

impl Sampler for Timed {
    fn name(&self) -> &'static str {
        self.tpe.name()
    }

    fn reads_history(&self) -> bool {
        true
    }

    fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64 {
        let start = cpu_time(ClockId::ThreadCPUTime);
        let value = self.tpe.sample(draft, name, distribution);
        let spent = cpu_time(ClockId::ThreadCPUTime) - start;
        *self.spent.lock().unwrap_or_else(|e| e.into_inner()) += spent;
        value
    }
}

/// Milliseconds.
fn cpu_time(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn report(trials: usize, measured: Measured, python: &Json) -> Result<(), BoxError> {
    let of_python = |name: &str| -> Result<f64, BoxError> {
        let times = python[name]
            .as_array()
            .ok_or("the Python side printed no times")?;
        Ok(median(times.iter().filter_map(Json::as_f64).collect()))
    };
    let (optuna, rustuna) = (of_python("optuna")?, of_python("rustuna")?);
    println!("\n{trials} finished trials");
    let rows = [
        ("optuna 5.0.0", optuna),
        ("rustuna 0.2.0", rustuna),
        ("docktuna, suggest", median(measured.suggest)),
        ("docktuna, ask", median(measured.ask)),
    ];
    for (name, time) in rows {
        println!(
            "  {name:<18} {time:>8.3} ms   {:>7.4} of optuna   {:>7.4} of rustuna",
            time / optuna,
            time / rustuna
        );
    }
    Ok(())
}
