//! The tables.

mod summary;
mod tail;

use std::collections::BTreeMap;

use crate::problem::Problem;
use crate::record::{CHECKPOINTS, Key, Records};
use crate::sampler::Sampler;
use crate::statistics::{Estimate, estimate, mean, median, smaller};

/// What was measured on one problem after some number of trials.
struct Measured {
    problem: &'static Problem,
    /// The smallest losses of the runs of each sampler.
    best: BTreeMap<&'static str, Vec<f64>>,
    /// The smallest loss there is, as far as is known.
    optimum: f64,
    /// How far above it random search ends on average.
    scale: Option<f64>,
}

/// The runs that are looked at.
pub(crate) struct Shown<'a> {
    pub(crate) problems: &'a [&'static Problem],
    /// The first is compared with the others.
    pub(crate) samplers: &'a [Sampler],
    pub(crate) seeds: std::ops::Range<u64>,
    /// How far the longest run goes.
    pub(crate) trials: usize,
}

impl Measured {
    /// The losses after `end` trials.
    fn new(
        problem: &'static Problem,
        records: &Records,
        shown: &Shown<'_>,
        end: usize,
    ) -> Option<Self> {
        let mut best: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
        let mut seen = f64::INFINITY;
        for sampler in shown.samplers {
            let key = |seed| Key {
                problem: problem.name,
                sampler: sampler.name(),
                seed,
            };
            let runs = shown
                .seeds
                .clone()
                .filter_map(|seed| records.of(&key(seed), end));
            let runs: Vec<_> = runs.collect();
            let ends = runs.iter().filter_map(|run| run.smallest.values().last());
            seen = ends.copied().fold(seen, f64::min);
            let losses = runs.iter().filter_map(|run| run.smallest.get(&end));
            let losses: Vec<f64> = losses.copied().collect();
            if !losses.is_empty() {
                best.insert(sampler.name(), losses);
            }
        }
        let optimum = problem.optimum.unwrap_or(seen);
        let random = shown.samplers.iter().filter(|sampler| sampler.is_random());
        let random: Vec<f64> = random
            .filter_map(|sampler| best.get(sampler.name()))
            .flatten()
            .map(|best| best - optimum)
            .collect();
        let scale = Some(random).filter(|random| !random.is_empty());
        let scale = scale.map(|random| mean(random.iter().copied()));
        (!best.is_empty()).then(|| Self {
            problem,
            best,
            optimum,
            scale: scale.filter(|scale| *scale > 0.0),
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

/// Prints the tables of each problem at the end of the runs, and what they come to together at each checkpoint.
pub(crate) fn print(records: &Records, shown: &Shown<'_>) {
    let measured = |end| -> Vec<Measured> {
        let problems = shown.problems.iter();
        problems
            .filter_map(|problem| Measured::new(problem, records, shown, end))
            .collect()
    };
    let last = measured(shown.trials);
    regrets(&last, shown.samplers);
    let Some((reference, others)) = shown.samplers.split_first() else {
        return;
    };
    better(&last, *reference, others);
    tail::quantiles(&last, shown.samplers);
    let checkpoints = CHECKPOINTS.into_iter().filter(|end| *end < shown.trials);
    for end in checkpoints.chain([shown.trials]) {
        let measured = measured(end);
        if !measured.is_empty() {
            println!("\n=== after {end} trials");
            summary::regrets(&measured, shown.samplers);
            summary::better(&measured, *reference, others);
            tail::compared(&measured, *reference, others);
        }
    }
}

fn regrets(measured: &[Measured], samplers: &[Sampler]) {
    println!("\nregret: (smallest loss - optimum) / (the mean of that for random search)");
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
}

fn better(measured: &[Measured], reference: Sampler, others: &[Sampler]) {
    let reference = reference.name();
    println!(
        "\nP(the smallest loss of {reference} is smaller), over all pairs of seeds; ties count half"
    );
    println!("with its 95 % interval over seeds\n");
    header(others);
    for one in measured {
        let cells = others.iter().map(|other| {
            let pair = one.pair(reference, other.name())?;
            let shown = estimate(std::slice::from_ref(&pair), |[a, b]| smaller(a, b));
            Some(share(shown))
        });
        row(&title(one.problem), cells);
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
        .map(|cell| format!("{:>22}", cell.unwrap_or_else(|| "-".to_owned())))
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
