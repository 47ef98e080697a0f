//! The results over the values of one parameter.

use super::axis::Axis;
use super::canvas::Ink;
use super::facts::Facts;
use super::figure::{Figure, Undrawn, dots, plot, star};
use super::markup::Markup;
use super::thin::{Thinned, thinned};
use crate::space::distribution::Distribution;
use crate::storage::StoredParam;

/// The most charts, and the most dots of all of them and of one.
const MOST_CHARTS: usize = 40;
const MOST_DOTS: usize = 40_000;
const MOST_OF_ONE: usize = 2500;

/// A chart for each parameter; returns how many have none.
pub(super) fn draw(markup: &mut Markup, facts: &Facts, place: usize) -> Result<usize, Undrawn> {
    let charts = (MOST_CHARTS / facts.objectives.len().max(1)).max(4);
    let charts = charts.min(facts.searched().len());
    for (i, param) in facts.searched().iter().take(charts).enumerate() {
        let most = (MOST_DOTS / charts / facts.objectives.len().max(1)).min(MOST_OF_ONE);
        one(markup, facts, (place, i), param, most)?;
    }
    Ok(facts.searched().len() - charts)
}

fn one(
    markup: &mut Markup,
    facts: &Facts,
    (place, i): (usize, usize),
    param: &StoredParam,
    most: usize,
) -> Result<(), Undrawn> {
    let Some(objective) = facts.objectives.get(place) else {
        return Ok(());
    };
    let is_choice = matches!(param.distribution, Distribution::Categorical(_));
    let with = facts.complete().filter_map(|(trial, feasible)| {
        let stored = trial.params.get(&param.name)?.stored();
        let value = trial.values[place];
        let beside = if is_choice {
            jitter(trial.number.get())
        } else {
            0.0
        };
        value
            .is_finite()
            .then_some((stored + beside, value, feasible))
    });
    let all: Vec<(f64, f64, bool)> = with.collect();
    if all.is_empty() {
        return Ok(());
    }
    let stored = all.iter().map(|(stored, _, _)| *stored);
    let x = Axis::of_param(&param.distribution, stored);
    let y = Axis::of_results(all.iter().map(|(_, value, _)| *value));
    let of = |wanted: bool| {
        let all = all
            .iter()
            .filter(move |(_, _, feasible)| *feasible == wanted);
        all.map(|(stored, value, _)| (*stored, *value))
    };
    let bad = thinned(of(false), &x, &y, most / 4);
    let good = thinned(of(true), &x, &y, most - bad.points.len());
    let mut figure = Figure::new(
        format!("slice-{place}-{i}"),
        param.name.clone(),
        format!(
            "{} over {} in {} trials",
            objective.name,
            param.name,
            all.len()
        ),
    );
    figure.notes.extend(Thinned::note(&[&good, &bad], "trials"));
    let best = facts.best().and_then(|best| {
        let stored = best.params.get(&param.name)?.stored();
        let beside = if is_choice {
            jitter(best.number.get())
        } else {
            0.0
        };
        Some((stored + beside, *best.values.get(place)?))
    });
    figure.draw(markup, |area| {
        let mut plot = plot(area, (&x, &param.name), (&y, &objective.name))?;
        dots(&mut plot, Ink::Infeasible, bad.points)?;
        dots(&mut plot, Ink::Dot, good.points)?;
        star(&mut plot, best.filter(|(_, value)| value.is_finite()))
    })
}

/// Dots of one choice lie beside each other; the same trial always at the same place.
fn jitter(number: i32) -> f64 {
    (f64::from(number) * 0.618_033_988_75).fract() * 0.5 - 0.25
}
