//! New problems that nobody has seen: random structure, and a smallest loss that is known.

mod conditional;
mod landscape;
mod mixed;
mod numeric;

use std::io::Write;
use std::num::NonZeroU32;
use std::path::PathBuf;

use docktuna::BoxError;
use rand::rngs::ChaCha12Rng;
use rand::{RngExt, SeedableRng};

use crate::problem::file::{Definition, File, Number, Parameter, Range, Term, Written};

/// What is written.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Another seed gives other problems
    #[arg(long, value_name = "N")]
    seed: u64,
    /// Problems of each family
    #[arg(long, value_name = "N", default_value = "4")]
    each: NonZeroU32,
    /// Where they are written; otherwise to the standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Makes a problem of the number, which decides about its structure, and by chance.
type Make = fn(u32, &mut Draft);

/// Every family by its name.
const FAMILIES: [(&str, Make); 7] = [
    ("log", numeric::log),
    ("conditional", conditional::arms),
    ("rugged", numeric::rugged),
    ("ten", numeric::ten),
    ("mixed", mixed::mixed),
    ("smooth", numeric::smooth),
    ("trap", numeric::trap),
];

/// Writes the problems of a seed.
pub(crate) fn write(arguments: &Arguments) -> Result<(), BoxError> {
    let file = problems(arguments.seed, arguments.each.get());
    let mut text = serde_json::to_string_pretty(&file)?;
    text.push('\n');
    match &arguments.out {
        Some(path) => std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))?,
        None => std::io::stdout().write_all(text.as_bytes())?,
    }
    Ok(())
}

fn problems(seed: u64, each: u32) -> File {
    let mut problems = Vec::new();
    for (place, (family, make)) in (0..).zip(FAMILIES) {
        for number in 0..each {
            // A stream of its own, so that a change of one family leaves the others as they are.
            let mut rng = ChaCha12Rng::seed_from_u64(seed);
            rng.set_stream(place << 32 | u64::from(number));
            let mut draft = Draft {
                rng,
                space: Vec::new(),
                definitions: Vec::new(),
                loss: Vec::new(),
                optimum: 0.0,
            };
            make(number, &mut draft);
            problems.push(Written {
                name: format!("{family}_{seed}_{number}"),
                family: family.to_owned(),
                optimum: Some(draft.optimum),
                space: draft.space,
                definitions: draft.definitions,
                loss: draft.loss,
            });
        }
    }
    File { problems }
}

/// A problem that is being made.
struct Draft {
    rng: ChaCha12Rng,
    space: Vec<Parameter>,
    definitions: Vec<Definition>,
    loss: Vec<Term>,
    optimum: f64,
}

impl Draft {
    /// A number of [low, high] with few digits.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        let share: f64 = self.rng.random();
        rounded(low + share * (high - low))
    }

    /// The same, uniform in the logarithm.
    fn scale(&mut self, low: f64, high: f64) -> f64 {
        rounded(self.between(low.ln(), high.ln()).exp())
    }

    /// A number of 0..count.
    fn place(&mut self, count: usize) -> usize {
        let last = i64::try_from(count).map_or(0, |count| count - 1);
        usize::try_from(self.whole(0, last)).unwrap_or_default()
    }

    /// An integer of low..=high.
    fn whole(&mut self, low: i64, high: i64) -> i64 {
        self.rng.random_range(low..=high)
    }

    fn chance(&mut self, share: f64) -> bool {
        self.rng.random::<f64>() < share
    }

    fn parameter(&mut self, name: &str, range: Range) -> &mut Parameter {
        self.space.push(Parameter {
            name: name.to_owned(),
            range,
            log: false,
            step: None,
            when: std::collections::BTreeMap::new(),
        });
        let last = self.space.len() - 1;
        &mut self.space[last]
    }

    /// Gives a formula a name.
    fn define(&mut self, name: &str, formula: String) {
        let number = Number::Formula(formula);
        self.definitions.push(Definition {
            name: name.to_owned(),
            number,
        });
    }

    fn term(&mut self, number: Number, when: &[(&str, &str)]) {
        let when = when
            .iter()
            .map(|(name, label)| ((*name).to_owned(), (*label).to_owned()));
        let when = when.collect();
        self.loss.push(Term { number, when });
    }
}

/// With six digits, so that the file can be read.
fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// A number in a formula.
fn number(value: f64) -> String {
    format!("({})", rounded(value))
}

#[cfg(test)]
mod tests {
    use docktuna::sampler::{Rehearsal, Tpe};

    use super::*;
    use crate::problem::file;
    use crate::problem::{Problem, Run};

    fn made(seed: u64) -> Vec<&'static Problem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made.json");
        let out = Some(path.clone());
        let each = NonZeroU32::new(4).unwrap();
        write(&Arguments { seed, each, out }).unwrap();
        file::read(&path).unwrap()
    }

    #[test]
    fn the_fresh_problems_are_those_of_their_seed() {
        let written = serde_json::to_string_pretty(&problems(2611, 4)).unwrap() + "\n";
        assert!(
            written == include_str!("../fresh.json"),
            "make fresh.json again"
        );
    }

    /// No loss is below the optimum, a search comes near it, and the files can be read.
    #[test]
    fn optima_are_bounds_that_a_search_approaches() {
        let mut nearer = 0;
        let problems = made(5);
        for problem in &problems {
            let run = |trials| Run { seed: 1, trials };
            let losses = problem
                .native(|| Box::new(Tpe::default()), run(150))
                .unwrap();
            let optimum = problem.optimum.unwrap();
            assert!(
                losses.iter().all(|loss| *loss >= optimum - 1e-9),
                "{}",
                problem.name
            );
            let least = |losses: &[f64]| losses.iter().copied().fold(f64::INFINITY, f64::min);
            nearer +=
                usize::from(least(&losses) - optimum < 0.7 * (least(&losses[..10]) - optimum));
        }
        assert!(
            nearer * 10 >= problems.len() * 7,
            "{nearer} of {}",
            problems.len()
        );
    }

    #[test]
    fn conditional_problems_have_nested_arms() {
        let depth = |problem: &&Problem| {
            let params = problem.space().walk().map(|node| node.when().len());
            params.max().unwrap_or(0)
        };
        let problems = made(6);
        let conditional = problems
            .iter()
            .filter(|problem| problem.family == "conditional");
        let depths: Vec<usize> = conditional.map(depth).collect();
        assert_eq!(depths, [2; 4]);
        // And a rehearsal draws all arms.
        let mut rehearsal = Rehearsal::new(problems[4].space());
        for _ in 0..60 {
            rehearsal.ask(&docktuna::sampler::Random).unwrap();
        }
        let running = rehearsal.history().running().count();
        assert_eq!(running, 60);
    }
}
