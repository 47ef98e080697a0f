//! What trials reported on their way.

use super::axis::Axis;
use super::canvas::Ink;
use super::facts::{Curve, Facts};
use super::figure::{Figure, Undrawn, plot, polyline};
use super::markup::Markup;
use crate::id::TrialState;

/// The most points of a curve.
const MOST: usize = 150;

pub(super) fn draw(markup: &mut Markup, facts: &Facts) -> Result<(), Undrawn> {
    let all = || facts.curves.iter().flat_map(|curve| &curve.points);
    if all().next().is_none() {
        return Ok(());
    }
    let x = Axis::of_numbers(all().map(|(step, _)| *step));
    let y = Axis::of_results(all().map(|(_, value)| *value));
    let best = facts.best().map(|best| best.number.get());
    let mut figure = Figure::new(
        "curves".to_owned(),
        "Reported values",
        format!("What {} trials reported at each step", facts.curves.len()),
    );
    let mut curves: Vec<(Ink, &Curve)> = facts
        .curves
        .iter()
        .map(|curve| (ink(curve.state), curve))
        .collect();
    for (ink, curve) in &mut curves {
        if Some(curve.number) == best {
            *ink = Ink::Best;
        }
    }
    for (ink, meaning) in [
        (Ink::Complete, "complete"),
        (Ink::Pruned, "pruned"),
        (Ink::Fail, "failed"),
        (Ink::Running, "running"),
        (Ink::Best, "the best trial"),
    ] {
        if curves.iter().any(|(found, _)| *found == ink) {
            figure.key.push((ink, meaning.to_owned()));
        }
    }
    if facts.curves.len() < facts.reported {
        let (drawn, of) = (facts.curves.len(), facts.reported);
        figure.notes.push(format!(
            "{drawn} of {of} trials that reported values are drawn."
        ));
    }
    if curves.iter().any(|(_, curve)| curve.points.len() > MOST) {
        figure
            .notes
            .push(format!("At most {MOST} values of a trial are drawn."));
    }
    // The best one lies above the others.
    curves.sort_by_key(|(ink, _)| *ink == Ink::Best);
    figure.draw(markup, |area| {
        let mut plot = plot(area, (&x, "step"), (&y, "reported value"))?;
        for (ink, curve) in curves {
            let width = if ink == Ink::Best { 9 } else { 4 };
            polyline(&mut plot, ink, width, thinned(&curve.points, &y))?;
        }
        Ok(())
    })
}

fn ink(state: TrialState) -> Ink {
    match state {
        TrialState::Pruned => Ink::Pruned,
        TrialState::Fail => Ink::Fail,
        TrialState::Running | TrialState::Waiting => Ink::Running,
        TrialState::Complete => Ink::Complete,
    }
}

/// Every so many-th point that has a place, and the last.
fn thinned(points: &[(f64, f64)], y: &Axis) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = points
        .iter()
        .copied()
        .filter(|(_, value)| y.has(*value))
        .collect();
    // A curve of one point is a short line.
    if let [only] = points.as_slice() {
        points = vec![*only, (only.0 + 0.1, only.1)];
    }
    let all = points.len();
    if all <= MOST {
        return points;
    }
    (1..=MOST).map(|i| points[i * all / MOST - 1]).collect()
}
