//! Measures how good the search is: sampler by problem by seed, against Optuna's own samplers.

mod native;
mod optuna;
mod problem;
mod record;
mod report;
mod sampler;
mod statistics;

use std::io::{IsTerminal, Write};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use docktuna::BoxError;
use docktuna_examples::cli;
use lexopt::{Arg, ValueExt};

use crate::optuna::Optuna;
use crate::problem::{Problem, Run};
use crate::record::{Record, Records};
use crate::sampler::Sampler;

const USAGE: &str = "\
Runs samplers on problems and compares what they find. Needs a Python with Optuna 5.

usage: bench_quality [OPTION]...

  --seeds N          runs of each sampler on each problem, 20 by default
  --first-seed N     the seed of the first of them, 0 by default
  --trials N         trials of a run, 100 by default
  --problems A,B     only these; also `flat`, `conditional`, `held-out` and `tuned`, the opposite
  --samplers A,B     only these; the first one is compared with the others
  --python PATH      a Python that has Optuna, `python3` by default; tests/run makes
                     .test-env/optuna-5.0.0/bin/python
  --results FILE     where each run is written when it ends, bench_quality.jsonl by default; runs
                     that are there are not done again, so remove it when a sampler has changed
  --quick            a first impression: --seeds 3 --trials 50, no group sampler
  --help             this text

In the tables `c` marks conditional problems, and `h` those that no default was chosen on.";

struct Arguments {
    seeds: u64,
    first_seed: u64,
    trials: usize,
    problems: Vec<&'static Problem>,
    samplers: Vec<Sampler>,
    python: String,
    results: PathBuf,
}

fn main() -> ExitCode {
    cli::run(USAGE, arguments(), measure)
}

fn arguments() -> Result<Option<Arguments>, lexopt::Error> {
    let mut arguments = Arguments {
        seeds: 20,
        first_seed: 0,
        trials: 100,
        problems: problem::ALL.iter().collect(),
        samplers: sampler::ALL.iter().map(|(_, sampler)| *sampler).collect(),
        python: "python3".to_owned(),
        results: PathBuf::from("bench_quality.jsonl"),
    };
    let positive = "a whole number above 0";
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("seeds") => {
                let seeds: NonZeroU32 = cli::value(&mut parser, "--seeds", positive)?;
                arguments.seeds = seeds.get().into();
            }
            Arg::Long("first-seed") => {
                let first: u32 = cli::value(&mut parser, "--first-seed", "a whole number")?;
                arguments.first_seed = first.into();
            }
            Arg::Long("trials") => {
                let trials: NonZeroU32 = cli::value(&mut parser, "--trials", positive)?;
                arguments.trials = usize::try_from(trials.get()).unwrap_or(usize::MAX);
            }
            Arg::Long("problems") => arguments.problems = problems(&parser.value()?.string()?)?,
            Arg::Long("samplers") => arguments.samplers = samplers(&parser.value()?.string()?)?,
            Arg::Long("python") => arguments.python = parser.value()?.string()?,
            Arg::Long("results") => arguments.results = parser.value()?.into(),
            Arg::Long("quick") => {
                arguments.seeds = 3;
                arguments.trials = 50;
                arguments
                    .samplers
                    .retain(|sampler| sampler.name() != "optuna-group");
            }
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(arguments))
}

fn problems(list: &str) -> Result<Vec<&'static Problem>, lexopt::Error> {
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
            return Err(format!("--problems {word}: there are {}", names.join(", ")).into());
        }
    }
    Ok(chosen)
}

fn samplers(list: &str) -> Result<Vec<Sampler>, lexopt::Error> {
    let one = |name: &str| {
        name.parse().map_err(|()| {
            let names: Vec<&str> = sampler::ALL.iter().map(|(name, _)| *name).collect();
            format!("--samplers {name}: there are {}", names.join(", ")).into()
        })
    };
    list.split(',').map(one).collect()
}

fn measure(arguments: Arguments) -> Result<(), BoxError> {
    let mut records = Records::open(&arguments.results)?;
    let mut todo: Vec<(&Problem, Sampler, Record)> = Vec::new();
    let mut wanted = Vec::new();
    for seed in arguments.first_seed..arguments.first_seed + arguments.seeds {
        for problem in &arguments.problems {
            for sampler in &arguments.samplers {
                let record = Record {
                    problem: problem.name.to_owned(),
                    sampler: sampler.name().to_owned(),
                    seed,
                    trials: arguments.trials,
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
    report::print(&shown, &arguments.samplers);
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
