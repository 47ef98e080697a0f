//! The tables.

use super::problem::Problem;
use crate::score::Score;
use crate::statistics::{Estimate, estimate, mean, smaller};

type Kind = (&'static str, fn(&Problem) -> bool);

/// The sets of problems that are summed up.
const KINDS: [Kind; 3] = [
    ("all", |_| true),
    ("held out", |problem| problem.held_out),
    ("tuned", |problem| !problem.held_out),
];

/// Prints both tables of the runs with one number of trials.
pub(super) fn print(trials: usize, records: &[&Score], problems: &[&Problem], samplers: &[&str]) {
    // What is not dominated is to be small.
    let losses = |problem: &Problem, sampler: &str| -> Vec<f64> {
        let of = records
            .iter()
            .filter(|record| record.problem == problem.name);
        let of = of.filter(|record| record.sampler == sampler);
        of.map(|record| record.best).collect()
    };
    println!(
        "\nafter {trials} trials: dominated share of the box below the reference point, mean over the seeds\n"
    );
    row("problem", samplers.iter().map(|name| (*name).to_owned()));
    for problem in problems {
        let shares = samplers.iter().map(|sampler| {
            let losses = losses(problem, sampler);
            format!("{:.4}", 1.0 - mean(losses.iter().copied()))
        });
        row(&title(problem), shares);
    }
    let Some((reference, others)) = samplers
        .split_first()
        .filter(|(_, others)| !others.is_empty())
    else {
        return;
    };
    println!(
        "\nafter {trials} trials: P(the hypervolume of {reference} is larger), over all pairs of seeds; ties count half"
    );
    println!("with its 95 % interval, over seeds and, below, problems\n");
    row("problem", others.iter().map(|name| (*name).to_owned()));
    let pair =
        |problem: &Problem, other: &str| [losses(problem, reference), losses(problem, other)];
    let p = |pairs: &[[Vec<f64>; 2]]| share(estimate(pairs, |[a, b]| smaller(a, b)));
    for problem in problems {
        row(
            &title(problem),
            others.iter().map(|other| p(&[pair(problem, other)])),
        );
    }
    println!();
    for (name, is_in) in KINDS {
        let chosen: Vec<&&Problem> = problems.iter().filter(|problem| is_in(problem)).collect();
        if chosen.len() > 1 {
            let cells = others.iter().map(|other| {
                let pairs: Vec<_> = chosen.iter().map(|problem| pair(problem, other)).collect();
                p(&pairs)
            });
            row(&format!("{name} ({})", chosen.len()), cells);
        }
    }
}

fn title(problem: &Problem) -> String {
    format!(
        "{}{}",
        problem.name,
        if problem.held_out { " h" } else { "" }
    )
}

fn row(title: &str, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.map(|cell| format!("{cell:>18}")).collect();
    println!("{title:<20}{}", cells.join(" "));
}

fn share(share: Estimate) -> String {
    format!("{:.2} [{:.2}, {:.2}]", share.value, share.low, share.high)
}
