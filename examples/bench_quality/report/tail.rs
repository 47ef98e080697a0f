//! The worst runs: the tenth of each sampler that ends highest.

use super::{Measured, header, row, title};
use crate::sampler::Sampler;
use crate::statistics::{heads, mean, quantile};

/// The shares of the runs that end below what is shown.
const SHARES: [f64; 3] = [0.1, 0.5, 0.9];

/// The quantiles of each problem.
pub(super) fn quantiles(measured: &[Measured], samplers: &[Sampler]) {
    println!("\nquantiles of the regret: 10 %, 50 %, 90 % of the runs end below\n");
    header(samplers);
    for one in measured {
        let cells = samplers.iter().map(|sampler| {
            let [regrets] = one.regrets(sampler.name())?;
            Some(shown(SHARES.map(|share| quantile(&regrets, share))))
        });
        row(&title(one.problem), cells);
    }
}

/// The quantiles of all problems together, and on how many the 90 % quantile of `reference` is the larger one.
pub(super) fn compared(measured: &[Measured], reference: Sampler, others: &[Sampler]) {
    println!("\nquantiles of the regret: means over the problems\n");
    let samplers: Vec<Sampler> = [reference]
        .into_iter()
        .chain(others.iter().copied())
        .collect();
    header(&samplers);
    let cells = samplers.iter().map(|sampler| {
        let regrets = measured.iter().map(|one| one.regrets(sampler.name()));
        let regrets: Vec<[Vec<f64>; 1]> = regrets.collect::<Option<_>>()?;
        let over_problems = |share| mean(regrets.iter().map(|[r]| quantile(r, share)));
        Some(shown(SHARES.map(over_problems)))
    });
    row("all", cells);
    let name = reference.name();
    println!(
        "\nproblems on which a quantile of {name} is above the other's, of those where they differ;"
    );
    println!("( ) what chance gives in 95 of 100 cases\n");
    header(others);
    for share in SHARES {
        let cells = others.iter().map(|other| {
            let pairs = measured.iter().map(|one| one.pair(name, other.name()));
            let pairs: Vec<[Vec<f64>; 2]> = pairs.collect::<Option<_>>()?;
            let ends = pairs
                .iter()
                .map(|pair| pair.each_ref().map(|runs| quantile(runs, share)));
            #[allow(clippy::float_cmp, reason = "equal losses are equal bits")]
            let differing: Vec<[f64; 2]> = ends.filter(|[ours, theirs]| ours != theirs).collect();
            let above = differing
                .iter()
                .filter(|[ours, theirs]| ours > theirs)
                .count();
            let (low, high) = heads(u32::try_from(differing.len()).ok()?);
            Some(format!("{above} of {} ({low}-{high})", differing.len()))
        });
        row(&format!("{:.0} %", 100.0 * share), cells);
    }
}

fn shown([low, middle, high]: [f64; 3]) -> String {
    format!("{low:.3} {middle:.3} {high:.3}")
}
