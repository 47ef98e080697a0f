//! Each trial as a line through all of its parameters.

use plotters::element::PathElement;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::{Axis, squeezed};
use super::canvas::{Ink, PIXEL, RANKS};
use super::facts::{Facts, Objective};
use super::figure::{Figure, LETTER, Undrawn, WIDTH, letters, line};
use super::markup::Markup;
use crate::trial::FrozenTrial;

/// The most axes besides that of the results, and the most lines of all charts.
const MOST_AXES: usize = 20;
const MOST_LINES: usize = 500;
/// Between two axes, in pixels.
const APART: i32 = 85;
const HEIGHT: i32 = 300;
const TOP: i32 = 36;
const BOTTOM: i32 = 12;

/// An axis and how a trial gets its place on it.
struct Rail<'a> {
    name: &'a str,
    axis: Axis,
    /// `None` for the results.
    param: Option<&'a str>,
}

pub(super) fn draw(markup: &mut Markup, facts: &Facts, place: usize) -> Result<(), Undrawn> {
    let Some(objective) = facts.objectives.get(place) else {
        return Ok(());
    };
    let mut trials: Vec<&FrozenTrial> = facts.complete().map(|(trial, _)| trial).collect();
    trials.retain(|trial| trial.values[place].is_finite());
    let rails = rails(facts, objective, place, &trials);
    if rails.len() < 2 {
        return Ok(());
    }
    // The worst first, so that the best are seen.
    let loss = |trial: &FrozenTrial| objective.direction.loss(trial.values[place]);
    trials.sort_by(|a, b| loss(b).total_cmp(&loss(a)));
    let all = trials.len();
    let trials = some(trials, MOST_LINES / facts.objectives.len());
    let axes = i32::try_from(rails.len()).unwrap_or(1);
    let mut figure = Figure::new(
        format!("parallel-{place}"),
        format!("Parallel coordinates of {}", objective.name),
        format!("{} trials as lines through their parameters", trials.len()),
    );
    figure.size = (WIDTH.max(axes * APART + 20), HEIGHT);
    figure.key = vec![
        (Ink::Rank(RANKS - 1), "the best eighth".to_owned()),
        (Ink::Rank(RANKS - 2), "the next".to_owned()),
        (Ink::Rank(1), "the worst".to_owned()),
    ];
    if trials.len() < all {
        figure.notes.push(format!(
            "{} of {all} trials are drawn, the best and some of each rank.",
            trials.len()
        ));
    }
    if facts.searched().len() > MOST_AXES {
        let rest = facts.searched().len() - MOST_AXES;
        figure
            .notes
            .push(format!("{rest} less important parameters have no axis."));
    }
    let width = figure.size.0;
    figure.draw(markup, |area| {
        let gap = (width - APART - 20) * PIXEL / (axes - 1).max(1);
        let x = |i: i32| (APART / 2 + 10) * PIXEL + i * gap;
        let y = |rail: &Rail<'_>, value: f64| {
            let length = f64::from((HEIGHT - TOP - BOTTOM) * PIXEL);
            #[allow(clippy::cast_possible_truncation, reason = "a share of the canvas")]
            let up = (rail.axis.share(value) * length).round() as i32;
            (HEIGHT - BOTTOM) * PIXEL - up
        };
        for (rank, trial) in ranked(&trials) {
            let style = line(Ink::Rank(rank), if rank == RANKS - 1 { 5 } else { 3 });
            let mut stretch = Vec::new();
            for (i, rail) in (0..).zip(&rails) {
                let value = match rail.param {
                    Some(name) => trial.params.get(name).map(crate::Parameter::stored),
                    None => Some(trial.values[place]),
                };
                match value.filter(|value| rail.axis.has(*value)) {
                    Some(value) => stretch.push((x(i), y(rail, value))),
                    // A line does not cross the axis of a parameter that the trial does not have.
                    None => area.draw(&PathElement::new(std::mem::take(&mut stretch), style))?,
                }
            }
            area.draw(&PathElement::new(stretch, style))?;
        }
        for (i, rail) in (0..).zip(&rails) {
            let ends = [(x(i), TOP * PIXEL), (x(i), (HEIGHT - BOTTOM) * PIXEL)];
            area.draw(&PathElement::new(ends, line(Ink::Axis, 4)))?;
            let above = letters(Ink::Text, HPos::Center, VPos::Bottom);
            // Neighbours are at two heights, so that long names have room.
            let height = if i % 2 == 0 {
                TOP - 4
            } else {
                TOP - 6 - LETTER
            };
            let most = if i == 0 || i == axes - 1 { 13 } else { 22 };
            area.draw_text(&squeezed(rail.name, most), &above, (x(i), height * PIXEL))?;
            // Beside the last one there is no room on the right.
            let (side, beside) = match i == axes - 1 {
                true => (HPos::Right, x(i) - 3 * PIXEL),
                false => (HPos::Left, x(i) + 3 * PIXEL),
            };
            for (value, text) in rail.axis.ticks(4) {
                let style = letters(Ink::Halo, side, VPos::Center);
                area.draw_text(&text, &style, (beside, y(rail, value)))?;
            }
        }
        Ok(())
    })
}

fn rails<'a>(
    facts: &'a Facts,
    objective: &'a Objective,
    place: usize,
    trials: &[&FrozenTrial],
) -> Vec<Rail<'a>> {
    let results = trials.iter().map(|trial| trial.values[place]);
    let rail = |param: &'a crate::storage::StoredParam| {
        let stored = trials
            .iter()
            .filter_map(|trial| trial.params.get(&param.name));
        Rail {
            name: &param.name,
            axis: Axis::of_param(&param.distribution, stored.map(crate::Parameter::stored)),
            param: Some(&param.name),
        }
    };
    let mut rails = vec![Rail {
        name: &objective.name,
        axis: Axis::of_results(results),
        param: None,
    }];
    rails.extend(facts.searched().iter().take(MOST_AXES).map(rail));
    rails
}

/// Every so many-th, and the last.
fn some(trials: Vec<&FrozenTrial>, most: usize) -> Vec<&FrozenTrial> {
    let all = trials.len();
    if all <= most {
        return trials;
    }
    (1..=most).map(|i| trials[i * all / most - 1]).collect()
}

/// The trials in groups of equal size, from the worst to the best.
fn ranked<'a, 'b>(
    trials: &'b [&'a FrozenTrial],
) -> impl Iterator<Item = (u8, &'a FrozenTrial)> + 'b {
    let all = trials.len();
    trials.iter().enumerate().map(move |(i, trial)| {
        // The best one is in the best group, even if it is alone.
        let rank = match i + 1 == all {
            true => usize::from(RANKS - 1),
            false => i * usize::from(RANKS) / all,
        };
        (u8::try_from(rank).unwrap_or(0), *trial)
    })
}
