//! Measures how good the search is: sampler by problem by seed, against Optuna's own samplers.

mod native;
mod objectives;
mod optuna;
mod parallel;
mod problem;
mod record;
mod remote;
mod report;
mod sampler;
mod statistics;

use std::io::{IsTerminal, Write};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use docktuna::BoxError;
use docktuna_examples::cli;

use crate::optuna::Optuna;
use crate::problem::{Problem, Run};
use crate::record::{Record, Records};
use crate::sampler::Sampler;

/// Runs samplers on problems and compares what they find. Needs a Python with Optuna 5.
///
/// In the tables `c` marks conditional problems, and `h` those that no default was chosen on.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// Runs of each sampler on each problem
    #[arg(
        long,
        value_name = "N",
        default_value = "20",
        default_value_if("quick", "true", "3")
    )]
    seeds: NonZeroU32,
    /// The seed of the first of them
    #[arg(long, value_name = "N", default_value_t = 0)]
    first_seed: u32,
    /// Trials of a run
    #[arg(
        long,
        value_name = "N",
        default_value = "100",
        default_value_if("quick", "true", "50")
    )]
    trials: NonZeroU32,
    /// Only these, separated by commas; also `flat`, `conditional`, `held-out` and `tuned`, the opposite
    #[arg(long, value_name = "A,B", value_parser = problems)]
    problems: Option<Chosen<&'static Problem>>,
    /// Only these, separated by commas; the first one is compared with the others
    #[arg(long, value_name = "A,B", value_parser = samplers)]
    samplers: Option<Chosen<Sampler>>,
    /// A Python that has Optuna; tests/run makes .test-env/optuna-5.0.0/bin/python
    #[arg(long, value_name = "PATH", default_value = "python3")]
    python: String,
    /// Where each run is written when it ends; runs that are there are not done again, so remove it
    /// when a sampler has changed
    #[arg(long, value_name = "FILE", default_value = "bench_quality.jsonl")]
    results: PathBuf,
    /// A first impression: --seeds 3 --trials 50, no group sampler
    #[arg(long)]
    quick: bool,
}

/// Measurements of their own.
#[derive(Subcommand)]
enum Part {
    Objectives(objectives::Arguments),
    Parallel(parallel::Arguments),
}

/// What a list names.
#[derive(Clone)]
struct Chosen<T>(Vec<T>);

impl Arguments {
    fn problems(&self) -> Vec<&'static Problem> {
        match &self.problems {
            Some(Chosen(problems)) => problems.clone(),
            None => problem::ALL.iter().collect(),
        }
    }

    fn samplers(&self) -> Vec<Sampler> {
        if let Some(Chosen(samplers)) = &self.samplers {
            return samplers.clone();
        }
        let all = sampler::ALL.iter().map(|(_, sampler)| *sampler);
        all.filter(|sampler| !self.quick || sampler.name() != "optuna-group")
            .collect()
    }
}

fn main() -> ExitCode {
    cli::run(measure)
}

fn problems(list: &str) -> Result<Chosen<&'static Problem>, String> {
    let mut chosen = Vec::new();
    for word in list.split(',') {
        let is_meant = |problem: &&Problem| match word {
            "flat" => !problem.is_conditional(),
            "conditional" => problem.is_conditional(),
            "held-out" => problem.held_out,
            "tuned" => !problem.held_out,
            name => problem.name == name,
        };
        let before = chosen.len();
        chosen.extend(problem::ALL.iter().filter(is_meant));
        if chosen.len() == before {
            let names: Vec<&str> = problem::ALL.iter().map(|problem| problem.name).collect();
            return Err(format!("no {word}: there are {}", names.join(", ")));
        }
    }
    Ok(Chosen(chosen))
}

fn samplers(list: &str) -> Result<Chosen<Sampler>, String> {
    let one = |name: &str| {
        name.parse().map_err(|()| {
            let names: Vec<&str> = sampler::ALL.iter().map(|(name, _)| *name).collect();
            format!("no {name}: there are {}", names.join(", "))
        })
    };
    let samplers: Result<_, String> = list.split(',').map(one).collect();
    samplers.map(Chosen)
}

fn measure(arguments: Arguments) -> Result<(), BoxError> {
    match &arguments.part {
        Some(Part::Objectives(part)) => return objectives::measure(part),
        Some(Part::Parallel(part)) => return parallel::measure(part),
        None => {}
    }
    let mut records = Records::open(&arguments.results)?;
    let mut todo: Vec<(&Problem, Sampler, Record)> = Vec::new();
    let mut wanted = Vec::new();
    let (problems, samplers) = (arguments.problems(), arguments.samplers());
    let (first, seeds) = (
        u64::from(arguments.first_seed),
        u64::from(arguments.seeds.get()),
    );
    let trials = usize::try_from(arguments.trials.get()).unwrap_or(usize::MAX);
    for seed in first..first + seeds {
        for problem in &problems {
            for sampler in &samplers {
                let record = Record {
                    problem: problem.name.to_owned(),
                    sampler: sampler.name().to_owned(),
                    seed,
                    trials,
                    best: f64::NAN,
                };
                if !records.contains(&record) {
                    todo.push((problem, *sampler, record.clone()));
                }
                wanted.push(record);
            }
        }
    }
    let file = arguments.results.display();
    println!(
        "{} runs, {} of them in {file} already",
        wanted.len(),
        wanted.len() - todo.len()
    );
    let mut optuna = None;
    if todo.iter().any(|(_, sampler, _)| sampler.needs_python()) {
        let started = Optuna::start(&arguments.python)?;
        println!("Optuna {}", started.version());
        optuna = Some(started);
    }
    let count = todo.len();
    for (done, (problem, sampler, mut record)) in todo.into_iter().enumerate() {
        progress(done, count, &record);
        let run = Run {
            seed: record.seed,
            trials: record.trials,
        };
        let losses = sampler.run(problem, optuna.as_mut(), run)?;
        record.best = losses.into_iter().fold(f64::INFINITY, f64::min);
        records.add(record)?;
    }
    let shown = records.of(&wanted);
    report::print(&shown, &samplers);
    Ok(())
}

/// Says on a terminal what is going on.
fn progress(done: usize, count: usize, record: &Record) {
    let mut err = std::io::stderr().lock();
    if err.is_terminal() {
        let Record {
            problem,
            sampler,
            seed,
            ..
        } = record;
        // A closed standard error is no reason to stop.
        let _ = write!(
            err,
            "\r\x1b[K{done} of {count}: {sampler} on {problem}, seed {seed}"
        );
        if done + 1 == count {
            let _ = write!(err, "\r\x1b[K");
        }
    }
}
