//! When trials ran: those that ran at the same time lie in different rows, as they had different workers.

use chrono::NaiveDateTime;
use plotters::element::Rectangle;

use super::axis::Axis;
use super::canvas::Ink;
use super::facts::Facts;
use super::figure::{Figure, Undrawn, WIDTH, filled, plot};
use super::markup::Markup;
use crate::id::TrialState;

/// The most rows, and the most bars.
const MOST_ROWS: usize = 64;
const MOST_BARS: usize = 6000;

/// A trial in its row.
#[derive(Clone, Copy)]
struct Bar {
    row: usize,
    ink: Ink,
    /// Seconds since the first trial.
    from: f64,
    to: f64,
}

pub(super) fn draw(markup: &mut Markup, facts: &Facts) -> Result<(), Undrawn> {
    let (Some(first), Some(last)) = (facts.first_moment(), facts.last_moment()) else {
        return Ok(());
    };
    let seconds = since(first, last);
    let bars = bars(facts, first, seconds);
    let rows = bars.iter().map(|bar| bar.row + 1).max().unwrap_or(0);
    let shown = rows.min(MOST_ROWS);
    let mut figure = Figure::new(
        "timeline".to_owned(),
        "When trials ran",
        format!("{} trials over time in {rows} rows", bars.len()),
    );
    figure.size.1 = 60 + (i32::try_from(shown).unwrap_or(1) * 16).clamp(60, 320);
    for (ink, meaning) in MEANINGS {
        if bars.iter().any(|bar| bar.ink == ink) {
            figure.key.push((ink, meaning.to_owned()));
        }
    }
    figure.notes.push(format!(
        "At most {rows} ran at the same time. Each row has trials that one worker could have run; the database does \
         not name workers."
    ));
    if shown < rows {
        figure
            .notes
            .push(format!("{shown} of {rows} rows are drawn."));
    }
    let all = bars.len();
    let bars = merged(bars, seconds, shown);
    if bars.len() < all {
        figure.notes.push(format!(
            "{all} trials are drawn as {} bars: neighbours are one.",
            bars.len()
        ));
    }
    let names = (1..=shown).map(|row| row.to_string()).collect();
    let (x, y) = (Axis::of_seconds(first, seconds), Axis::of_places(names));
    let start = first.format("since %Y-%m-%d %H:%M").to_string();
    figure.draw(markup, |area| {
        let mut plot = plot(area, (&x, &start), (&y, "row"))?;
        for (ink, _) in MEANINGS {
            let bars = bars.iter().filter(|bar| bar.ink == ink);
            let rectangle = |bar: &Bar| {
                #[allow(clippy::cast_precision_loss, reason = "not that many")]
                let row = bar.row as f64;
                Rectangle::new([(bar.from, row - 0.38), (bar.to, row + 0.38)], filled(ink))
            };
            plot.draw_series(bars.map(rectangle))?;
        }
        Ok(())
    })
}

const MEANINGS: [(Ink, &str); 4] = [
    (Ink::Complete, "complete"),
    (Ink::Pruned, "pruned"),
    (Ink::Fail, "failed"),
    (Ink::Running, "running"),
];

/// The trials in the order of their starts, each in the first row that is free.
fn bars(facts: &Facts, first: NaiveDateTime, seconds: f64) -> Vec<Bar> {
    let mut bars: Vec<Bar> = facts
        .trials
        .iter()
        .filter_map(|trial| {
            let from = since(first, trial.datetime_start?);
            let (ink, end) = match trial.state {
                TrialState::Complete => (Ink::Complete, trial.datetime_complete),
                TrialState::Pruned => (Ink::Pruned, trial.datetime_complete),
                TrialState::Fail => (Ink::Fail, trial.datetime_complete),
                TrialState::Running => (Ink::Running, None),
                TrialState::Waiting => return None,
            };
            let to = end.map_or(seconds, |end| since(first, end)).max(from);
            Some(Bar {
                row: 0,
                ink,
                from,
                to,
            })
        })
        .collect();
    bars.sort_by(|a, b| a.from.total_cmp(&b.from));
    let mut free: Vec<f64> = Vec::new();
    for bar in &mut bars {
        bar.row = free
            .iter()
            .position(|free| *free <= bar.from)
            .unwrap_or(free.len());
        match free.get_mut(bar.row) {
            Some(free) => *free = bar.to,
            None => free.push(bar.to),
        }
    }
    bars
}

/// Where there are many bars, neighbours of a row and a state that no pixel lies between are one.
fn merged(bars: Vec<Bar>, seconds: f64, rows: usize) -> Vec<Bar> {
    let (all, pixel) = (bars.len(), seconds.max(1.0) / f64::from(WIDTH));
    let mut last: Vec<Option<usize>> = vec![None; rows];
    let mut merged: Vec<Bar> = Vec::new();
    for bar in bars.into_iter().filter(|bar| bar.row < rows) {
        let before = last[bar.row].and_then(|i| merged.get_mut(i));
        match before {
            Some(before)
                if all > MOST_BARS / 4 && before.ink == bar.ink && bar.from - before.to < pixel =>
            {
                before.to = bar.to;
            }
            _ => {
                last[bar.row] = Some(merged.len());
                merged.push(bar);
            }
        }
    }
    let kept = merged.len();
    match kept > MOST_BARS {
        true => (0..MOST_BARS)
            .map(|i| merged[i * kept / MOST_BARS])
            .collect(),
        false => merged,
    }
}

fn since(first: NaiveDateTime, moment: NaiveDateTime) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a place on a chart")]
    let milliseconds = (moment - first).num_milliseconds() as f64;
    milliseconds / 1000.0
}
