//! What the problems come to together.

use super::{Measured, header, regret, row, share};
use crate::problem::Problem;
use crate::sampler::Sampler;
use crate::statistics::{estimate, mean, median, smaller};

type Fixed = fn(&Problem) -> bool;
type Member = Box<dyn Fn(&Problem) -> bool>;

/// The sets of problems that are summed up, beside the families.
fn kinds(measured: &[Measured]) -> Vec<(String, Vec<&Measured>)> {
    let fixed: [(&str, Fixed); 6] = [
        ("all", |_| true),
        ("flat", |problem| !problem.is_conditional()),
        ("conditional", Problem::is_conditional),
        ("tuned", |problem| !problem.held_out),
        ("held out", |problem| problem.held_out),
        ("held out, conditional", |problem| {
            problem.held_out && problem.is_conditional()
        }),
    ];
    let mut kinds: Vec<(String, Member)> = Vec::new();
    for (name, is_in) in fixed {
        kinds.push((name.to_owned(), Box::new(is_in)));
    }
    for family in families(measured) {
        let is_in = move |problem: &Problem| problem.family == family;
        kinds.push((format!("- {family}"), Box::new(is_in)));
    }
    let mut sets: Vec<(String, Vec<&Measured>)> = Vec::new();
    for (name, is_in) in kinds {
        let of_kind = measured.iter().filter(|one| is_in(one.problem));
        let of_kind: Vec<&Measured> = of_kind.collect();
        // A set that says nothing new is left out.
        if of_kind.len() > 1
            && sets
                .iter()
                .all(|(_, set)| set.len() != of_kind.len() || name.starts_with('-'))
        {
            sets.push((format!("{name} ({})", of_kind.len()), of_kind));
        }
    }
    sets
}

fn families(measured: &[Measured]) -> Vec<&'static str> {
    let mut families: Vec<&'static str> = Vec::new();
    for one in measured {
        if !families.contains(&one.problem.family) {
            families.push(one.problem.family);
        }
    }
    families
}

pub(super) fn regrets(measured: &[Measured], samplers: &[Sampler]) {
    println!(
        "\nregret: mean ± half of its 95 % interval over seeds and problems; mean of the medians\n"
    );
    header(samplers);
    for (name, chosen) in kinds(measured) {
        let cells = samplers.iter().map(|sampler| {
            let regrets = chosen.iter().map(|one| one.regrets(sampler.name()));
            let regrets: Vec<[Vec<f64>; 1]> = regrets.collect::<Option<_>>()?;
            let medians: Vec<f64> = regrets.iter().map(|[r]| median(r)).collect();
            let shown = estimate(&regrets, |[r]| mean(r.iter().copied()));
            Some(regret(shown, mean(medians.iter().copied())))
        });
        row(&name, cells);
    }
}

pub(super) fn better(measured: &[Measured], reference: Sampler, others: &[Sampler]) {
    let reference = reference.name();
    println!("\nP({reference} is better), 95 % interval over seeds and problems");
    println!("and on how many problems the interval over seeds lies above / below 0.5\n");
    header(others);
    for (name, chosen) in kinds(measured) {
        let cells = others.iter().map(|other| {
            let pairs = chosen.iter().map(|one| one.pair(reference, other.name()));
            let pairs: Vec<[Vec<f64>; 2]> = pairs.collect::<Option<_>>()?;
            let statistic = |[a, b]: &[Vec<f64>; 2]| smaller(a, b);
            let each = pairs
                .iter()
                .map(|pair| estimate(std::slice::from_ref(pair), statistic));
            let each: Vec<_> = each.collect();
            let above = each.iter().filter(|one| one.low > 0.5).count();
            let below = each.iter().filter(|one| one.high < 0.5).count();
            Some(format!(
                "{} {above}/{below}",
                share(estimate(&pairs, statistic))
            ))
        });
        row(&name, cells);
    }
}
