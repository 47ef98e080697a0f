//! How much each parameter mattered.

use plotters::style::text_anchor::{HPos, VPos};

use super::axis::squeezed;
use super::canvas::{Ink, PIXEL};
use super::facts::Facts;
use super::figure::{Figure, LETTER, Undrawn, WIDTH, bar, letters};
use super::markup::Markup;

/// The most bars.
const MOST: usize = 30;
/// Of a row, in pixels.
const ROW: i32 = 20;
/// Where bars begin, and how long the longest can be, in pixels.
const LEFT: i32 = 136;
const LONGEST: i32 = 184;
// The share is written behind the bar.
const _: () = assert!(LEFT + LONGEST + 5 * LETTER <= WIDTH);
/// With fewer of the best trials, shares are mostly chance.
const ENOUGH: usize = 50;

pub(super) fn draw(markup: &mut Markup, facts: &Facts, place: usize) -> Result<(), Undrawn> {
    let Some(objective) = facts.objectives.get(place) else {
        return Ok(());
    };
    let shares: Vec<(&str, f64)> = objective
        .importances
        .iter()
        .map(|importance| (importance.param.as_str(), importance.share))
        .collect();
    if shares.is_empty() {
        return Ok(());
    }
    let mut figure = Figure::new(
        format!("importance-{place}"),
        format!("Importance for {}", objective.name),
        format!("The importance of {} parameters as bars", shares.len()),
    );
    let drawn = shares.len().min(MOST);
    if drawn < shares.len() {
        let rest = shares.len() - drawn;
        figure
            .notes
            .push(format!("{rest} less important parameters are not drawn."));
    }
    figure.notes.push(
        "PED-ANOVA: how differently values are spread among the best tenth of the trials."
            .to_owned(),
    );
    let complete = facts.complete().count();
    if complete < ENOUGH {
        figure.notes.push(format!(
            "Only {complete} trials are complete, so the shares are mostly chance."
        ));
    }
    figure.size.1 = i32::try_from(drawn).unwrap_or(1) * ROW + 4;
    figure.draw(markup, |area| {
        let largest = shares[0].1.max(f64::MIN_POSITIVE);
        for (top, (name, share)) in (0..).step_by(to_step(ROW * PIXEL)).zip(&shares[..drawn]) {
            #[allow(clippy::cast_possible_truncation, reason = "a share of the canvas")]
            let length = (share / largest * f64::from(LONGEST * PIXEL)).round() as i32;
            let middle = top + ROW * PIXEL / 2;
            let (left, right) = (LEFT * PIXEL, LEFT * PIXEL + length.max(2));
            let before = letters(Ink::Text, HPos::Right, VPos::Center);
            area.draw_text(&squeezed(name, 15), &before, (left - 6 * PIXEL, middle))?;
            area.draw(&bar(
                Ink::Dot,
                (left, middle - 6 * PIXEL),
                (right, middle + 6 * PIXEL),
            ))?;
            let after = letters(Ink::Text, HPos::Left, VPos::Center);
            area.draw_text(
                &format!("{:.1} %", share * 100.0),
                &after,
                (right + 4 * PIXEL, middle),
            )?;
        }
        Ok(())
    })
}

fn to_step(step: i32) -> usize {
    usize::try_from(step).unwrap_or(1)
}
