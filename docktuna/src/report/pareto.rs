//! Two objectives against each other, and the trials that no other one beats.

use super::axis::{Axis, shortened};
use super::canvas::Ink;
use super::facts::Facts;
use super::figure::{Figure, Undrawn, dots, plot};
use super::markup::Markup;
use super::thin::{Thinned, thinned};
use crate::trial::FrozenTrial;

/// The most pairs of objectives, the most dots of a colour, and the most trials and parameters in the table.
const MOST_PAIRS: usize = 6;
const MOST_DOTS: usize = 3000;
const MOST_ROWS: usize = 50;
const MOST_COLUMNS: usize = 20;
/// The most letters of a cell.
const LONGEST: usize = 60;

/// A chart for each pair of objectives.
pub(super) fn draw(markup: &mut Markup, facts: &Facts) -> Result<(), Undrawn> {
    let front = facts.front();
    let count = facts.objectives.len();
    let pairs = (0..count).flat_map(|i| (i + 1..count).map(move |j| (i, j)));
    for (i, j) in pairs.take(MOST_PAIRS) {
        pair(markup, facts, &front, (i, j))?;
    }
    Ok(())
}

fn pair(
    markup: &mut Markup,
    facts: &Facts,
    front: &[&FrozenTrial],
    (i, j): (usize, usize),
) -> Result<(), Undrawn> {
    let of = |trial: &FrozenTrial| (trial.values[i], trial.values[j]);
    let is_finite = |(a, b): &(f64, f64)| a.is_finite() && b.is_finite();
    let all: Vec<((f64, f64), bool)> = facts
        .complete()
        .map(|(trial, feasible)| (of(trial), feasible))
        .filter(|(point, _)| is_finite(point))
        .collect();
    if all.is_empty() {
        return Ok(());
    }
    let x = Axis::of_results(all.iter().map(|((a, _), _)| *a));
    let y = Axis::of_results(all.iter().map(|((_, b), _)| *b));
    let some = |wanted: bool| {
        let points = all.iter().filter(move |(_, feasible)| *feasible == wanted);
        thinned(points.map(|(point, _)| *point), &x, &y, MOST_DOTS)
    };
    let (good, bad) = (some(true), some(false));
    let best = thinned(
        front.iter().map(|trial| of(trial)).filter(is_finite),
        &x,
        &y,
        MOST_DOTS,
    );
    let (one, other) = (&facts.objectives[i], &facts.objectives[j]);
    let mut figure = Figure::new(
        format!("pareto-{i}-{j}"),
        format!("{} and {}", one.name, other.name),
        format!(
            "{} of {} trials are beaten by no other trial",
            front.len(),
            all.len()
        ),
    );
    figure.key.push((Ink::Dot, "a trial".to_owned()));
    if !bad.points.is_empty() {
        figure
            .key
            .push((Ink::Infeasible, "breaks a constraint".to_owned()));
    }
    figure
        .key
        .push((Ink::Best, "beaten by no other trial".to_owned()));
    figure.notes.extend(Thinned::note(&[&good, &bad], "trials"));
    figure.draw(markup, |area| {
        let x_name = format!("{} ({})", one.name, one.direction);
        let y_name = format!("{} ({})", other.name, other.direction);
        let mut plot = plot(area, (&x, &x_name), (&y, &y_name))?;
        dots(&mut plot, Ink::Infeasible, bad.points)?;
        dots(&mut plot, Ink::Dot, good.points)?;
        dots(&mut plot, Ink::Best, best.points)
    })
}

/// The front as a table.
pub(super) fn table(markup: &mut Markup, facts: &Facts) {
    let front = facts.front();
    let params = facts.searched().iter().map(|param| param.name.as_str());
    let used = params.filter(|name| front.iter().any(|trial| trial.params.get(name).is_some()));
    let used: Vec<&str> = used.collect();
    let params = &used[..used.len().min(MOST_COLUMNS)];
    let mut head = vec!["trial"];
    head.extend(
        facts
            .objectives
            .iter()
            .map(|objective| objective.name.as_str()),
    );
    head.extend(params);
    let row = |trial: &&FrozenTrial| {
        let mut row = vec![trial.number.get().to_string()];
        row.extend(trial.values.iter().map(|value| format!("{value:?}")));
        let value = |name: &&str| {
            trial
                .params
                .get(name)
                .map(|param| shortened(&param.value().to_string(), LONGEST))
                .unwrap_or_default()
        };
        row.extend(params.iter().map(value));
        row
    };
    let rows: Vec<Vec<String>> = front.iter().take(MOST_ROWS).map(row).collect();
    let numeric: Vec<usize> = (0..=facts.objectives.len()).collect();
    markup.table(&head, &numeric, &rows);
    if rows.len() < front.len() {
        markup.tag("<p class=\"note\">");
        markup
            .text(&format!(
                "{} of {} trials are listed.",
                rows.len(),
                front.len()
            ))
            .tag("</p>\n");
    }
    if params.len() < used.len() {
        let rest = used.len() - params.len();
        markup.tag("<p class=\"note\">");
        markup.text(&format!("{rest} less important parameters are not listed."));
        markup.tag("</p>\n");
    }
}
