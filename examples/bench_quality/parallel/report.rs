//! The table.

use super::{sampler, steps};
use crate::problem::Problem;
use crate::score::Score;
use crate::statistics::{Estimate, estimate, mean, smaller};

/// What was measured on one problem.
struct Measured<'a> {
    records: Vec<&'a &'a Score>,
    optimum: f64,
    /// How far above it random search ends on average, without noise, one trial after the other.
    scale: f64,
}

impl<'a> Measured<'a> {
    fn new(problem: &Problem, records: &'a [&'a Score]) -> Self {
        let of = records
            .iter()
            .filter(|record| record.problem == problem.name);
        let mut measured = Self {
            records: of.collect(),
            optimum: 0.0,
            scale: 1.0,
        };
        let losses = measured
            .records
            .iter()
            .filter(|record| !record.sampler.ends_with("/steps"));
        let seen = losses
            .map(|record| record.best)
            .fold(f64::INFINITY, f64::min);
        measured.optimum = problem.optimum.unwrap_or(seen);
        let random = measured.of(&sampler("sequential", "random"));
        measured.scale = mean(random.iter().map(|best| best - measured.optimum));
        measured
    }

    fn of(&self, sampler: &str) -> Vec<f64> {
        let of = self
            .records
            .iter()
            .filter(|record| record.sampler == sampler);
        of.map(|record| record.best).collect()
    }

    /// In units of random search's.
    fn regrets(&self, sampler: &str) -> Vec<f64> {
        let best = self.of(sampler);
        best.iter()
            .map(|best| (best - self.optimum) / self.scale)
            .collect()
    }
}

/// What is in the columns.
const COLUMNS: [&str; 8] = [
    "regret",
    "Tpe's",
    "Optuna's",
    "P(< Tpe's)",
    "P(< Optuna's)",
    "P(< sequential)",
    "steps",
    "Optuna's",
];

/// Prints a row for each setting, and one for each problem of each setting.
pub(super) fn print(records: &[&Score], problems: &[&Problem], settings: &[&str]) {
    let measured: Vec<Measured<'_>> = problems
        .iter()
        .map(|problem| Measured::new(problem, records))
        .collect();
    println!(
        "\nregret: (loss of the trial that looks best - optimum) / (the mean of that for sequential random search)"
    );
    println!("P: that it is smaller than with Tpe alone, than Optuna's, and than in");
    println!("sequential runs; ties count half. [ ]: 95 % interval over seeds and problems\n");
    row("setting", COLUMNS.map(String::from));
    for setting in settings {
        row(setting, cells(&measured, setting));
    }
    println!();
    for setting in settings {
        for (problem, one) in problems.iter().zip(&measured) {
            let title = format!("{setting} {}", problem.name);
            row(&title, cells(std::slice::from_ref(one), setting));
        }
    }
}

fn cells(measured: &[Measured<'_>], setting: &str) -> [String; COLUMNS.len()] {
    let [ours, tpe, theirs] = ["auto", "tpe", "optuna-tpe"].map(|side| sampler(setting, side));
    let regret = |side: &str| {
        let regrets: Vec<_> = measured.iter().map(|one| [one.regrets(side)]).collect();
        shown(&regrets, |[r]| mean(r.iter().copied()))
    };
    let p = |other: &str| {
        let pairs: Vec<_> = measured
            .iter()
            .map(|one| [one.of(&ours), one.of(other)])
            .collect();
        shown(&pairs, |[a, b]| smaller(a, b))
    };
    let made = |side: &str| {
        let steps = steps(setting, side);
        let shares: Vec<_> = measured.iter().map(|one| [one.of(&steps)]).collect();
        shown(&shares, |[r]| mean(r.iter().copied()))
    };
    [
        regret(&ours),
        regret(&tpe),
        regret(&theirs),
        p(&tpe),
        p(&theirs),
        p(&sampler("sequential", "auto")),
        made("auto"),
        made("optuna-tpe"),
    ]
}

/// Nothing where a sample is missing.
fn shown<const N: usize>(
    samples: &[[Vec<f64>; N]],
    statistic: impl Fn(&[Vec<f64>; N]) -> f64,
) -> String {
    if samples.iter().flatten().any(Vec::is_empty) {
        return "-".to_owned();
    }
    let Estimate { value, low, high } = estimate(samples, statistic);
    format!("{value:.2} [{low:.2}, {high:.2}]")
}

fn row(title: &str, cells: [String; COLUMNS.len()]) {
    let cells = cells.map(|cell| format!("{cell:>18}"));
    println!("{title:<26}{}", cells.join(" "));
}
