//! Measures how good the search is: sampler by problem by seed, against Optuna's own samplers.

mod generate;
mod lines;
mod native;
mod objectives;
mod optuna;
mod parallel;
mod problem;
mod record;
mod remote;
mod report;
mod sampler;
mod score;
mod statistics;

use std::io::{IsTerminal, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use docktuna::BoxError;
use docktuna_examples::cli;

use crate::optuna::Optuna;
use crate::problem::{Problem, Run};
use crate::record::{Key, Record, Records};
use crate::report::Shown;
use crate::sampler::Sampler;

/// Runs samplers on problems and compares what they find.
///
/// Optuna's samplers need a Python with Optuna 5. In the tables `c` marks conditional problems, and `h` those
/// that no default was chosen on.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Program {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    arguments: Arguments,
}

#[derive(Subcommand)]
enum Command {
    /// Writes new problems of random structure, for `--problems`
    Generate(generate::Arguments),
    Objectives(objectives::Arguments),
    Parallel(parallel::Arguments),
}

#[derive(clap::Args)]
struct Arguments {
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
    /// Trials of a run; the tables are also made after the first 50, 100, 200, 500 and 1000
    #[arg(
        long,
        value_name = "N",
        default_value = "100",
        default_value_if("quick", "true", "50")
    )]
    trials: NonZeroU32,
    /// Only these, separated by commas; also families, `flat`, `conditional`, `held-out` and `tuned`, the opposite.
    /// What ends in `.json` is a file of problems
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
        let usual = sampler::USUAL.into_iter();
        let wanted = usual.filter(|name| !self.quick || *name != "optuna-group");
        wanted.filter_map(|name| name.parse().ok()).collect()
    }
}

fn main() -> ExitCode {
    cli::run(|program: Program| match program.command {
        Some(Command::Generate(arguments)) => generate::write(&arguments),
        Some(Command::Objectives(arguments)) => objectives::measure(&arguments),
        Some(Command::Parallel(arguments)) => parallel::measure(&arguments),
        None => measure(&program.arguments),
    })
}

fn problems(list: &str) -> Result<Chosen<&'static Problem>, String> {
    let mut chosen: Vec<&'static Problem> = Vec::new();
    for word in list.split(',') {
        if word.ends_with(".json") {
            let read = problem::file::read(Path::new(word));
            chosen.extend(read.map_err(|error| error.to_string())?);
            continue;
        }
        let is_meant = |problem: &&Problem| match word {
            "flat" => !problem.is_conditional(),
            "conditional" => problem.is_conditional(),
            "held-out" => problem.held_out,
            "tuned" => !problem.held_out,
            word => problem.name == word || problem.family == word,
        };
        let before = chosen.len();
        chosen.extend(problem::ALL.iter().filter(is_meant));
        if chosen.len() == before {
            let names: Vec<&str> = problem::ALL.iter().map(|problem| problem.name).collect();
            return Err(format!("no {word}: there are {}", names.join(", ")));
        }
    }
    let named_twice = (1..chosen.len()).find(|place| {
        chosen[..*place]
            .iter()
            .any(|other| other.name == chosen[*place].name)
    });
    match named_twice {
        Some(place) => Err(format!("{} is named twice", chosen[place].name)),
        None => Ok(Chosen(chosen)),
    }
}

fn samplers(list: &str) -> Result<Chosen<Sampler>, String> {
    let one = |name: &str| {
        name.parse().map_err(|()| {
            let names: Vec<&str> = sampler::ALL.iter().map(|sampler| sampler.name()).collect();
            format!("no {name}: there are {}", names.join(", "))
        })
    };
    let samplers: Result<_, String> = list.split(',').map(one).collect();
    samplers.map(Chosen)
}

fn measure(arguments: &Arguments) -> Result<(), BoxError> {
    let mut records = Records::open(&arguments.results)?;
    let (problems, samplers) = (arguments.problems(), arguments.samplers());
    let first = u64::from(arguments.first_seed);
    let seeds = first..first + u64::from(arguments.seeds.get());
    let trials = usize::try_from(arguments.trials.get()).unwrap_or(usize::MAX);
    let mut todo: Vec<(&Problem, Sampler, Key)> = Vec::new();
    let mut known = 0;
    for seed in seeds.clone() {
        for problem in &problems {
            for sampler in &samplers {
                let key = Key {
                    problem: problem.name,
                    sampler: sampler.name(),
                    seed,
                };
                match records.of(&key, trials) {
                    Some(_) => known += 1,
                    None => todo.push((problem, *sampler, key)),
                }
            }
        }
    }
    let (file, count) = (arguments.results.display(), todo.len());
    println!("{} runs, {known} of them in {file} already", known + count);
    let mut optuna = None;
    if todo
        .iter()
        .any(|(_, sampler, _)| sampler.python().is_some())
    {
        let mut started = Optuna::start(&arguments.python)?;
        println!("Optuna {}", started.version());
        samplers
            .iter()
            .filter_map(|sampler| sampler.python())
            .try_for_each(|name| started.check(name))?;
        optuna = Some(started);
    }
    for (done, (problem, sampler, key)) in todo.into_iter().enumerate() {
        progress(done, count, &key);
        let run = Run {
            seed: key.seed,
            trials,
        };
        let losses = sampler.run(problem, optuna.as_mut(), run)?;
        records.add(Record::new(&key, &losses))?;
    }
    let shown = Shown {
        problems: &problems,
        samplers: &samplers,
        seeds,
        trials,
    };
    report::print(&records, &shown);
    Ok(())
}

/// Says on a terminal what is going on.
fn progress(done: usize, count: usize, key: &Key) {
    let mut err = std::io::stderr().lock();
    if err.is_terminal() {
        let Key {
            problem,
            sampler,
            seed,
        } = key;
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
