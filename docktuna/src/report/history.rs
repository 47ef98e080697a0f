//! The results in the order of the trials, and the best so far.

use super::axis::Axis;
use super::canvas::Ink;
use super::facts::{Facts, Objective};
use super::figure::{Figure, Undrawn, dots, plot, polyline, star};
use super::markup::Markup;
use super::thin::{Thinned, thinned};

/// The most dots of all charts.
const MOST: usize = 4000;

pub(super) fn draw(markup: &mut Markup, facts: &Facts, place: usize) -> Result<(), Undrawn> {
    let Some(objective) = facts.objectives.get(place) else {
        return Ok(());
    };
    let results = results(facts, place);
    if results.is_empty() {
        return Ok(());
    }
    let best = best_so_far(&results, objective);
    let of = |feasible: bool| {
        let results = results
            .iter()
            .filter(move |result| result.feasible == feasible);
        results.map(|result| (result.number, result.value))
    };
    let x = Axis::of_numbers(results.iter().map(|result| result.number));
    let y = Axis::of_results(results.iter().map(|result| result.value));
    let most = MOST / facts.objectives.len();
    let infeasible = thinned(of(false), &x, &y, most / 4);
    let feasible = thinned(of(true), &x, &y, most - infeasible.points.len());
    let mut figure = Figure::new(
        format!("history-{place}"),
        format!("{} by trial", objective.name),
        format!("Results of {} trials and the best so far", results.len()),
    );
    figure.key.push((Ink::Dot, "a trial".to_owned()));
    if !infeasible.points.is_empty() {
        figure
            .key
            .push((Ink::Infeasible, "breaks a constraint".to_owned()));
    }
    figure.key.push((Ink::Best, "best so far".to_owned()));
    figure
        .notes
        .extend(Thinned::note(&[&feasible, &infeasible], "trials"));
    let infinite = facts.complete().count() - results.len();
    if infinite > 0 {
        figure
            .notes
            .push(format!("Not drawn: {infinite} with an infinite result."));
    }
    figure.draw(markup, |area| {
        let mut plot = plot(area, (&x, "trial"), (&y, &objective.name))?;
        dots(&mut plot, Ink::Infeasible, infeasible.points)?;
        dots(&mut plot, Ink::Dot, feasible.points)?;
        polyline(
            &mut plot,
            Ink::Best,
            8,
            steps(&best, results.last().map(|last| last.number)),
        )?;
        star(&mut plot, best.last().copied())
    })
}

/// A finite result of a complete trial.
struct Row {
    number: f64,
    value: f64,
    feasible: bool,
}

fn results(facts: &Facts, place: usize) -> Vec<Row> {
    let results = facts.complete().map(|(trial, feasible)| Row {
        number: f64::from(trial.number.get()),
        value: trial.values[place],
        feasible,
    });
    results.filter(|result| result.value.is_finite()).collect()
}

/// The trials that were better than all before them.
fn best_so_far(results: &[Row], objective: &Objective) -> Vec<(f64, f64)> {
    let mut best: Vec<(f64, f64)> = Vec::new();
    for result in results.iter().filter(|result| result.feasible) {
        let is_better =
            |(_, value): &(f64, f64)| objective.direction.is_better(result.value, *value);
        if best.last().is_none_or(is_better) {
            best.push((result.number, result.value));
        }
    }
    best
}

/// A line that keeps a value until there is a better one.
fn steps(best: &[(f64, f64)], end: Option<f64>) -> Vec<(f64, f64)> {
    let mut line: Vec<(f64, f64)> = Vec::new();
    for (number, value) in best {
        line.extend(line.last().map(|(_, before)| (*number, *before)));
        line.push((*number, *value));
    }
    line.extend(end.and_then(|end| line.last().map(|(_, value)| (end, *value))));
    line
}
