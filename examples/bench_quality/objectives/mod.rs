//! Several objectives: how much of the space of losses the samplers' fronts dominate.

mod front;
mod native;
mod optuna;
mod problem;
mod report;

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;
use docktuna::BoxError;

use self::native::Native;
use self::problem::Problem;
use crate::remote::Remote;
use crate::score::{Score, Scores};

/// Compares samplers on problems with two and three objectives
///
/// In the tables `h` marks problems that no rule was chosen on.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Runs of each sampler on each problem
    #[arg(long, value_name = "N", default_value = "20")]
    seeds: NonZeroU32,
    /// The seed of the first of them
    #[arg(long, value_name = "N", default_value_t = 0)]
    first_seed: u32,
    /// Numbers of trials after which a run is judged
    #[arg(
        long,
        value_name = "N,N",
        value_delimiter = ',',
        default_value = "100,200"
    )]
    trials: Vec<usize>,
    /// Only these, separated by commas; also `held-out` and `tuned`
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    problems: Vec<String>,
    /// Only these; the first one is compared with the others
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    samplers: Vec<String>,
    /// A Python that has Optuna
    #[arg(long, value_name = "PATH", default_value = "python3")]
    python: String,
    /// Where each run is written when it ends; runs that are there are not done again
    #[arg(long, value_name = "FILE", default_value = "bench_objectives.jsonl")]
    results: PathBuf,
}

/// How far a run goes, and by chance of which seed.
struct Run {
    seed: u64,
    trials: Vec<usize>,
}

impl Run {
    fn longest(&self) -> usize {
        self.trials.iter().copied().max().unwrap_or(0)
    }
}

/// A sampler of either side.
#[derive(Debug, Clone, Copy)]
enum Sampler {
    Native(Native),
    /// Its name in `remote.py`.
    Python(&'static str),
}

/// All samplers by name; the first is compared with the others.
const SAMPLERS: &[(&str, Sampler)] = &[
    ("tpe", Sampler::Native(Native::Tpe)),
    ("tpe-optuna", Sampler::Native(Native::OptunaRules)),
    ("random", Sampler::Native(Native::Random)),
    ("optuna-tpe", Sampler::Python("tpe")),
    ("optuna-joint", Sampler::Python("joint")),
    ("optuna-nsga2", Sampler::Python("nsga2")),
    ("optuna-nsga3", Sampler::Python("nsga3")),
];

type Named = (&'static str, Sampler);

fn chosen_problems(words: &[String]) -> Result<Vec<&'static Problem>, BoxError> {
    let is_meant = |problem: &&Problem, word: &str| match word {
        "held-out" => problem.held_out,
        "tuned" => !problem.held_out,
        name => problem.name == name,
    };
    if words.is_empty() {
        return Ok(problem::ALL.iter().collect());
    }
    let mut chosen = Vec::new();
    for word in words {
        let before = chosen.len();
        chosen.extend(
            problem::ALL
                .iter()
                .filter(|problem| is_meant(problem, word)),
        );
        if chosen.len() == before {
            let names: Vec<&str> = problem::ALL.iter().map(|problem| problem.name).collect();
            return Err(format!("no {word}: there are {}", names.join(", ")).into());
        }
    }
    Ok(chosen)
}

fn chosen_samplers(words: &[String]) -> Result<Vec<Named>, BoxError> {
    if words.is_empty() {
        return Ok(SAMPLERS.to_vec());
    }
    let one = |word: &String| {
        let known = SAMPLERS.iter().find(|(name, _)| name == word).copied();
        known.ok_or_else(|| {
            let names: Vec<&str> = SAMPLERS.iter().map(|(name, _)| *name).collect();
            format!("no {word}: there are {}", names.join(", ")).into()
        })
    };
    words.iter().map(one).collect()
}

/// Does the runs that are missing, and prints what all of them say.
pub(crate) fn measure(arguments: &Arguments) -> Result<(), BoxError> {
    let problems = chosen_problems(&arguments.problems)?;
    let samplers = chosen_samplers(&arguments.samplers)?;
    let mut records = Scores::open(&arguments.results)?;
    let mut remote = None;
    let mut trials = arguments.trials.clone();
    trials.sort_unstable();
    trials.dedup();
    let (first, count) = (arguments.first_seed, arguments.seeds.get());
    println!("seeds {first} to {}", first + (count - 1));
    let mut wanted = Vec::new();
    for seed in (first..first + count).map(u64::from) {
        for problem in &problems {
            for (name, sampler) in &samplers {
                let record = |trials: usize| Score {
                    problem: problem.name.to_owned(),
                    sampler: (*name).to_owned(),
                    seed,
                    trials,
                    best: f64::NAN,
                };
                let of_run: Vec<Score> = trials.iter().map(|trials| record(*trials)).collect();
                let missing = of_run.iter().filter(|record| !records.contains(record));
                let run = Run {
                    seed,
                    trials: missing.map(|record| record.trials).collect(),
                };
                wanted.extend(of_run);
                if run.trials.is_empty() {
                    continue;
                }
                let fronts = match sampler {
                    Sampler::Native(native) => problem.native(*native, &run)?,
                    Sampler::Python(python) => {
                        if remote.is_none() {
                            let started = Remote::start(&arguments.python)?;
                            println!("Optuna {}", started.version());
                            remote = Some(started);
                        }
                        let remote = remote.as_mut().ok_or("Python was not started")?;
                        problem.python(remote, python, &run)?
                    }
                };
                for (trials, front) in run.trials.iter().zip(fronts) {
                    let best = 1.0 - front.hypervolume();
                    records.add(Score {
                        best,
                        ..record(*trials)
                    })?;
                }
            }
        }
    }
    let names: Vec<&str> = samplers.iter().map(|(name, _)| *name).collect();
    for trials in trials {
        let mut records = records.of(&wanted);
        records.retain(|record| record.trials == trials);
        report::print(trials, &records, &problems, &names);
    }
    Ok(())
}
