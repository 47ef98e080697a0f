//! Many trials at a time, noise and pruned trials: how much is lost against one trial after the other,
//! and against Optuna.

mod report;
mod run;
mod setting;
mod side;

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;
use docktuna::BoxError;

pub(crate) use self::run::Runs;
use self::setting::Setting;
use self::side::Native;
use crate::problem::{self, Problem, Run};
use crate::remote::Remote;
use crate::score::{Score, Scores};

/// Compares the default sampler with Optuna's for parallel, noisy and pruned trials
///
/// In parallel, a number of trials always runs: the oldest is told, and a new one is asked for. Noise is
/// added to what is told, and the trial that looks best is judged without it.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Runs of each side in each setting on each problem
    #[arg(long, value_name = "N", default_value = "20")]
    seeds: NonZeroU32,
    /// The seed of the first of them
    #[arg(long, value_name = "N", default_value_t = 0)]
    first_seed: u32,
    /// Trials of a run
    #[arg(long, value_name = "N", default_value_t = 100)]
    trials: usize,
    /// Only these, separated by commas; sequential runs are always made
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    settings: Vec<String>,
    /// A Python that has Optuna
    #[arg(long, value_name = "PATH", default_value = "python3")]
    python: String,
    /// Where each run is written when it ends; runs that are there are not done again
    #[arg(long, value_name = "FILE", default_value = "bench_parallel.jsonl")]
    results: PathBuf,
    /// Only the sides of this crate
    #[arg(long)]
    ours: bool,
}

/// The problems, by name.
const PROBLEMS: [&str; 16] = [
    "branin2",
    "rastrigin5",
    "rosenbrock6",
    "ackley10",
    "ellipsoid4",
    "hartmann6",
    "levy9",
    "log4",
    "int5",
    "categorical6",
    "mixed7",
    "stepped6",
    "arms",
    "optimizer",
    "layers",
    "pipeline",
];

/// The sides that are compared, those of this crate with their samplers; random search is what regret is
/// measured in.
const SIDES: [(&str, Option<Native>); 4] = [
    ("auto", Some(Native::Auto)),
    ("tpe", Some(Native::Tpe)),
    ("optuna-tpe", None),
    ("random", Some(Native::Random)),
];

/// What a side found in a setting is recorded as.
fn sampler(setting: &str, side: &str) -> String {
    format!("{setting}/{side}")
}

/// The share of the steps is a record of its own.
fn steps(setting: &str, side: &str) -> String {
    format!("{setting}/{side}/steps")
}

type Named = (&'static str, Setting);

fn chosen_settings(words: &[String]) -> Result<Vec<Named>, BoxError> {
    for word in words {
        if !setting::ALL.iter().any(|(name, _)| name == word) {
            let names: Vec<&str> = setting::ALL.iter().map(|(name, _)| *name).collect();
            return Err(format!("no {word}: there are {}", names.join(", ")).into());
        }
    }
    let is_meant = |(name, setting): &&Named| {
        words.is_empty() || *setting == Setting::Sequential || words.iter().any(|word| word == name)
    };
    Ok(setting::ALL.iter().filter(is_meant).copied().collect())
}

/// Does the runs that are missing, and prints what all of them say.
pub(crate) fn measure(arguments: &Arguments) -> Result<(), BoxError> {
    let settings = chosen_settings(&arguments.settings)?;
    let problems: Vec<&Problem> = PROBLEMS
        .iter()
        .filter_map(|name| problem::ALL.iter().find(|problem| problem.name == *name))
        .collect();
    let mut records = Scores::open(&arguments.results)?;
    let mut remote = None;
    let trials = arguments.trials;
    let (first, count) = (arguments.first_seed, arguments.seeds.get());
    println!("seeds {first} to {}, {trials} trials", first + (count - 1));
    let mut wanted = Vec::new();
    for seed in (first..first + count).map(u64::from) {
        for problem in &problems {
            for (name, setting) in &settings {
                for (side, native) in SIDES {
                    if (side == "random" && *setting != Setting::Sequential)
                        || (native.is_none() && arguments.ours)
                    {
                        continue;
                    }
                    let record = |sampler: String, best: f64| Score {
                        problem: problem.name.to_owned(),
                        sampler,
                        seed,
                        trials,
                        best,
                    };
                    let found = record(sampler(name, side), f64::NAN);
                    wanted.push(found.clone());
                    wanted.push(record(steps(name, side), f64::NAN));
                    if records.contains(&found) {
                        continue;
                    }
                    let run = Run { seed, trials };
                    let runs = problem.parallel().ok_or("a problem without a type")?;
                    let outcome = if let Some(sampler) = native {
                        runs.native(sampler, *setting, run)?
                    } else {
                        if remote.is_none() {
                            let started = Remote::start(&arguments.python)?;
                            println!("Optuna {}", started.version());
                            remote = Some(started);
                        }
                        let remote = remote.as_mut().ok_or("Python was not started")?;
                        runs.python(remote, *setting, run)?
                    };
                    if setting.pruner().is_some() {
                        records.add(record(steps(name, side), outcome.steps))?;
                    }
                    records.add(record(sampler(name, side), outcome.best))?;
                }
            }
        }
    }
    let names: Vec<&str> = settings.iter().map(|(name, _)| *name).collect();
    report::print(&records.of(&wanted), &problems, &names);
    Ok(())
}
