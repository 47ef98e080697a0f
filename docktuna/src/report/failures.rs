//! Why trials failed.

use plotters::style::text_anchor::{HPos, VPos};

use super::axis::shortened;
use super::canvas::{Ink, PIXEL};
use super::facts::Facts;
use super::figure::{Figure, Undrawn, WIDTH, bar, letters};
use super::markup::Markup;

/// The most bars, the most reasons in the table, and the most letters of one.
const MOST: usize = 12;
const MOST_ROWS: usize = 50;
const LONGEST: usize = 400;
/// Of a bar with its text, in pixels.
const ROW: i32 = 36;

pub(super) fn draw(markup: &mut Markup, facts: &Facts) -> Result<(), Undrawn> {
    let Some((_, largest)) = facts.failures.first() else {
        return Ok(());
    };
    let drawn = facts.failures.len().min(MOST);
    let failed: usize = facts.failures.iter().map(|(_, count)| count).sum();
    let mut figure = Figure::new(
        "failures".to_owned(),
        "Failures by reason",
        format!(
            "{failed} trials failed for {} reasons",
            facts.failures.len()
        ),
    );
    if drawn < facts.failures.len() {
        figure.notes.push(format!(
            "{} rarer reasons are not drawn.",
            facts.failures.len() - drawn
        ));
    }
    figure.size.1 = i32::try_from(drawn).unwrap_or(1) * ROW + 4;
    figure.draw(markup, |area| {
        for (i, (reason, count)) in (0..).zip(&facts.failures[..drawn]) {
            let top = i * ROW * PIXEL;
            let text = letters(Ink::Text, HPos::Left, VPos::Top);
            area.draw_text(
                &shortened(&named(reason.as_deref()), 52),
                &text,
                (2 * PIXEL, top + 2 * PIXEL),
            )?;
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                reason = "a share of the canvas"
            )]
            let length = (*count as f64 / *largest as f64 * f64::from((WIDTH - 60) * PIXEL)) as i32;
            let (left, right) = (2 * PIXEL, 2 * PIXEL + length.max(2 * PIXEL));
            area.draw(&bar(
                Ink::Fail,
                (left, top + 19 * PIXEL),
                (right, top + 30 * PIXEL),
            ))?;
            let after = letters(Ink::Text, HPos::Left, VPos::Center);
            area.draw_text(
                &count.to_string(),
                &after,
                (right + 4 * PIXEL, top + 25 * PIXEL),
            )?;
        }
        Ok(())
    })
}

/// The reasons in full.
pub(super) fn table(markup: &mut Markup, facts: &Facts) {
    let rows: Vec<Vec<String>> = facts
        .failures
        .iter()
        .take(MOST_ROWS)
        .map(|(reason, count)| {
            vec![
                count.to_string(),
                shortened(&named(reason.as_deref()), LONGEST),
            ]
        })
        .collect();
    markup.table(&["trials", "reason"], &[0], &rows);
    if rows.len() < facts.failures.len() {
        let rest = facts.failures.len() - rows.len();
        markup
            .tag("<p class=\"note\">")
            .text(&format!("{rest} rarer reasons are not listed."))
            .tag("</p>\n");
    }
}

fn named(reason: Option<&str>) -> String {
    match reason {
        Some(reason) if !reason.trim().is_empty() => reason.to_owned(),
        _ => "no reason was noted".to_owned(),
    }
}
