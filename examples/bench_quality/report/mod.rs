//! The tables.

use std::collections::BTreeMap;

use crate::problem::{self, Problem};
use crate::record::Record;
use crate::sampler::{self, Sampler};
use crate::statistics::{Estimate, estimate, mean, median, smaller};

/// What was measured on one problem.
struct Measured {
    problem: &'static Problem,
    /// The best losses of the runs of each sampler.
    best: BTreeMap<&'static str, Vec<f64>>,
    /// The smallest loss there is, as far as is known.
    optimum: f64,
    /// How far above it random search ends on average.
    scale: Option<f64>,
}

impl Measured {
    fn new(problem: &'static Problem, records: &[&Record]) -> Option<Self> {
        let mine: Vec<&&Record> = records
            .iter()
            .filter(|record| record.problem == problem.name)
            .collect();
        let mut best: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
        for (name, _) in sampler::ALL {
            let runs = mine.iter().filter(|record| record.sampler == *name);
            let runs: Vec<f64> = runs.map(|record| record.best).collect();
            if !runs.is_empty() {
                best.insert(name, runs);
            }
        }
        let seen = mine.iter().map(|record| record.best);
        let seen = seen.min_by(f64::total_cmp)?;
        let optimum = problem.optimum.unwrap_or(seen);
        let random = sampler::ALL
            .iter()
            .filter(|(_, sampler)| sampler.is_random());
        let random: Vec<f64> = random
            .filter_map(|(name, _)| best.get(name))
            .flatten()
            .map(|best| best - optimum)
            .collect();
        let scale = Some(mean(random.iter().copied())).filter(|scale| *scale > 0.0);
        Some(Self {
            problem,
            best,
            optimum,
            scale,
        })
    }

    /// The regrets of `sampler` in units of random search's.
    fn regrets(&self, sampler: &str) -> Option<[Vec<f64>; 1]> {
        let scale = self.scale?;
        let best = self.best.get(sampler)?;
        Some([best
            .iter()
            .map(|best| (best - self.optimum) / scale)
            .collect()])
    }

    fn pair(&self, one: &str, other: &str) -> Option<[Vec<f64>; 2]> {
        Some([self.best.get(one)?.clone(), self.best.get(other)?.clone()])
    }
}

/// Prints both tables for the runs in `records`.
pub(crate) fn print(records: &[&Record], samplers: &[Sampler]) {
    let measured: Vec<Measured> = problem::ALL
        .iter()
        .filter_map(|problem| Measured::new(problem, records))
        .collect();
    regrets(&measured, samplers);
    if let Some((reference, others)) = samplers.split_first() {
        better(&measured, *reference, others);
    }
}

type Kind = (&'static str, fn(&Problem) -> bool);

/// The sets of problems that are summed up.
const KINDS: [Kind; 5] = [
    ("all", |_| true),
    ("flat", |problem| !problem.is_conditional()),
    ("conditional", Problem::is_conditional),
    ("held out", |problem| problem.held_out),
    ("held out, conditional", |problem| {
        problem.held_out && problem.is_conditional()
    }),
];

fn regrets(measured: &[Measured], samplers: &[Sampler]) {
    println!("\nregret: (best loss - optimum) / (the mean of that for random search)");
    println!("mean ± half of its 95 % interval, and median, over the seeds\n");
    header(samplers);
    for one in measured {
        let cells = samplers.iter().map(|sampler| {
            let regrets = one.regrets(sampler.name())?;
            let shown = estimate(std::slice::from_ref(&regrets), |[r]| {
                mean(r.iter().copied())
            });
            Some(regret(shown, median(&regrets[0])))
        });
        row(&title(one.problem), cells);
    }
    summaries(measured, |chosen| {
        let cells = samplers.iter().map(|sampler| {
            let regrets = chosen.iter().map(|one| one.regrets(sampler.name()));
            let regrets: Vec<[Vec<f64>; 1]> = regrets.collect::<Option<_>>()?;
            let medians: Vec<f64> = regrets.iter().map(|[r]| median(r)).collect();
            let shown = estimate(&regrets, |[r]| mean(r.iter().copied()));
            Some(regret(shown, mean(medians.iter().copied())))
        });
        cells.collect()
    });
}

fn better(measured: &[Measured], reference: Sampler, others: &[Sampler]) {
    let reference = reference.name();
    println!(
        "\nP(the best loss of {reference} is smaller), over all pairs of seeds; ties count half"
    );
    println!("with its 95 % interval, over seeds and, below, problems\n");
    header(others);
    for one in measured {
        let cells = others.iter().map(|other| {
            let pair = one.pair(reference, other.name())?;
            let shown = estimate(std::slice::from_ref(&pair), |[a, b]| smaller(a, b));
            Some(share(shown))
        });
        row(&title(one.problem), cells);
    }
    summaries(measured, |chosen| {
        let cells = others.iter().map(|other| {
            let pairs = chosen.iter().map(|one| one.pair(reference, other.name()));
            let pairs: Vec<[Vec<f64>; 2]> = pairs.collect::<Option<_>>()?;
            Some(share(estimate(&pairs, |[a, b]| smaller(a, b))))
        });
        cells.collect()
    });
}

/// A row for each set of problems that has several.
fn summaries(measured: &[Measured], cells: impl Fn(&[&Measured]) -> Vec<Option<String>>) {
    println!();
    for (name, is_in) in KINDS {
        let chosen: Vec<&Measured> = measured.iter().filter(|one| is_in(one.problem)).collect();
        if chosen.len() > 1 {
            row(
                &format!("{name} ({})", chosen.len()),
                cells(&chosen).into_iter(),
            );
        }
    }
}

fn header(samplers: &[Sampler]) {
    row(
        "problem",
        samplers
            .iter()
            .map(|sampler| Some(sampler.name().to_owned())),
    );
}

fn row(title: &str, cells: impl Iterator<Item = Option<String>>) {
    let cells: Vec<String> = cells
        .map(|cell| format!("{:>18}", cell.unwrap_or_else(|| "-".to_owned())))
        .collect();
    println!("{title:<26}{}", cells.join(" "));
}

fn title(problem: &Problem) -> String {
    let mut title = problem.name.to_owned();
    if problem.is_conditional() {
        title.push_str(" c");
    }
    if problem.held_out {
        title.push_str(" h");
    }
    title
}

fn regret(mean: Estimate, median: f64) -> String {
    format!(
        "{:.3}±{:.3} {median:.3}",
        mean.value,
        0.5 * (mean.high - mean.low)
    )
}

fn share(share: Estimate) -> String {
    format!("{:.2} [{:.2}, {:.2}]", share.value, share.low, share.high)
}
