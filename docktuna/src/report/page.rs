//! The page: its head, its sections, its style.

use super::facts::Facts;
use super::figure::Undrawn;
use super::markup::Markup;
use super::{
    best, curves, failures, history, importances, parallel, pareto, slices, space, timeline,
};
use crate::id::TrialState;

/// No script, no network, no other style than the one in the page, which is named by its SHA-256:
/// `openssl dgst -sha256 -binary page.css | base64`. With a wrong one a browser shows no style, and its tests fail.
const HEAD: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ",
    "style-src 'sha256-SuKvnH05nkYQhQQwswkHTUEPIhu3lfZ7YHkDUehANbk='; base-uri 'none'; form-action 'none'\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<meta name=\"color-scheme\" content=\"light dark\">\n",
    "<meta name=\"generator\" content=\"docktuna ",
    env!("CARGO_PKG_VERSION"),
    "\">\n<style>",
    include_str!("page.css"),
    "</style>\n<title>"
);

pub(super) fn page(facts: &Facts) -> Result<Markup, Undrawn> {
    let mut markup = Markup::new();
    markup
        .tag(HEAD)
        .text(&facts.name)
        .tag("</title>\n</head>\n<body>\n<header>\n<h1>");
    markup.text(&facts.name).tag("</h1>\n");
    summary(&mut markup, facts);
    markup.tag("</header>\n<main>\n");

    let several = facts.objectives.len() > 1;
    section(
        &mut markup,
        if several { "Pareto front" } else { "Best" },
        |markup| {
            if several {
                front(markup, facts)
            } else {
                best::write(markup, facts);
                Ok(())
            }
        },
    )?;
    let each = 0..facts.objectives.len();
    section(&mut markup, "Results", |markup| {
        if facts.complete().next().is_none() {
            markup.paragraph("No trial is complete yet.");
        }
        charts(markup, |markup| {
            each.clone()
                .try_for_each(|place| history::draw(markup, facts, place))?;
            each.clone()
                .try_for_each(|place| importances::draw(markup, facts, place))?;
            curves::draw(markup, facts)
        })
    })?;
    if !facts.searched().is_empty() {
        section(&mut markup, "Parameters", |markup| {
            charts(markup, |markup| {
                each.clone()
                    .try_for_each(|place| parallel::draw(markup, facts, place))
            })?;
            each.clone()
                .try_for_each(|place| results_over(markup, facts, place))
        })?;
    }
    if facts.first_moment().is_some() || !facts.failures.is_empty() {
        section(&mut markup, "Workers and failures", |markup| {
            charts(markup, |markup| {
                timeline::draw(markup, facts)?;
                failures::draw(markup, facts)
            })?;
            if !facts.failures.is_empty() {
                failures::table(markup, facts);
            }
            Ok(())
        })?;
    }
    section(&mut markup, "Space", |markup| {
        space::write(markup, facts);
        Ok(())
    })?;
    markup.tag("</main>\n</body>\n</html>\n");
    Ok(markup)
}

fn front(markup: &mut Markup, facts: &Facts) -> Result<(), Undrawn> {
    if facts.front().is_empty() {
        markup.paragraph("No trial is complete and breaks no constraint, so none is in the front.");
    }
    charts(markup, |markup| pareto::draw(markup, facts))?;
    pareto::table(markup, facts);
    Ok(())
}

/// The slices of one objective.
fn results_over(markup: &mut Markup, facts: &Facts, place: usize) -> Result<(), Undrawn> {
    let Some(objective) = facts.objectives.get(place) else {
        return Ok(());
    };
    markup
        .tag("<h3>")
        .text(&objective.name)
        .tag(" by parameter</h3>\n");
    let mut left = 0;
    charts(markup, |markup| {
        left = slices::draw(markup, facts, place)?;
        Ok(())
    })?;
    if left > 0 {
        markup.tag("<p class=\"note\">");
        markup
            .text(&format!("{left} less important parameters are not drawn."))
            .tag("</p>\n");
    }
    Ok(())
}

fn summary(markup: &mut Markup, facts: &Facts) {
    let objectives: Vec<String> = facts
        .objectives
        .iter()
        .map(|objective| format!("{} {}", objective.direction, objective.name))
        .collect();
    markup.paragraph(&objectives.join(", "));
    let trials = match facts.counts.total() {
        0 => "no trials".to_owned(),
        1 => "1 trial".to_owned(),
        total => format!("{total} trials"),
    };
    markup
        .tag("<ul class=\"counts\">\n<li>")
        .text(&trials)
        .tag("</li>\n");
    for state in TrialState::ALL {
        let count = facts.counts.of(state);
        if count > 0 {
            markup
                .tag("<li>")
                .text(&format!("{count} {state}"))
                .tag("</li>\n");
        }
    }
    markup.tag("</ul>\n");
    if let (Some(first), Some(last)) = (facts.first_moment(), facts.last_moment()) {
        let form = "%Y-%m-%d %H:%M:%S";
        markup.paragraph(&format!(
            "From {} to {}",
            first.format(form),
            last.format(form)
        ));
    }
}

fn section(
    markup: &mut Markup,
    title: &'static str,
    write: impl FnOnce(&mut Markup) -> Result<(), Undrawn>,
) -> Result<(), Undrawn> {
    markup.tag("<section>\n<h2>").text(title).tag("</h2>\n");
    write(markup)?;
    markup.tag("</section>\n");
    Ok(())
}

/// Charts side by side, as many as there is room for.
fn charts(
    markup: &mut Markup,
    write: impl FnOnce(&mut Markup) -> Result<(), Undrawn>,
) -> Result<(), Undrawn> {
    markup.tag("<div class=\"charts\">\n");
    write(markup)?;
    markup.tag("</div>\n");
    Ok(())
}
