//! The best trial: its results, its parameters as a table and as JSON.

use super::axis::shortened;
use super::facts::Facts;
use super::markup::Markup;
use crate::shown::shown_json;
use crate::space::Value;
use crate::trial::FrozenTrial;

/// The most letters of a value in the table; the JSON has all of them.
const LONGEST: usize = 400;

pub(super) fn write(markup: &mut Markup, facts: &Facts) {
    let Some(best) = facts.best() else {
        if facts.objectives.len() < 2 {
            markup.paragraph("No trial is complete and breaks no constraint, so none is the best.");
        }
        return;
    };
    let value = best.value().unwrap_or(f64::NAN);
    let name = facts
        .objectives
        .first()
        .map_or("", |objective| &objective.name);
    markup
        .tag("<p class=\"value\"><b>")
        .text(&format!("{value:?}"))
        .tag("</b> ");
    markup
        .text(name)
        .tag(" in trial ")
        .integer(best.number.get().into())
        .tag("</p>\n");
    config(markup, best);
}

/// The parameters of a trial.
pub(super) fn config(markup: &mut Markup, trial: &FrozenTrial) {
    if trial.params.is_empty() {
        markup.paragraph("The trial has no parameters.");
        return;
    }
    let rows: Vec<Vec<String>> = trial
        .params
        .iter()
        .map(|param| {
            vec![
                param.name().to_owned(),
                shortened(&param.value().to_string(), LONGEST),
            ]
        })
        .collect();
    markup.tag("<div class=\"pair\">\n");
    markup.table(&["parameter", "value"], &[1], &rows);
    markup
        .tag("<pre>")
        .lines(&json(trial))
        .tag("</pre>\n</div>\n");
}

/// The parameters as JSON, a member a line. What a browser or a terminal would act upon is written as JSON's escapes.
fn json(trial: &FrozenTrial) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let member = |param: &crate::Parameter| {
        let value = match param.value() {
            Value::None => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Float(value) if value.is_finite() => format!("{value:?}"),
            // As everywhere else in the command's JSON.
            Value::Float(value) if value.is_nan() => quoted("NaN"),
            Value::Float(value) if value > 0.0 => quoted("Infinity"),
            Value::Float(_) => quoted("-Infinity"),
            Value::Str(text) => quoted(&text),
            Value::Json(text) => serde_json::from_str::<serde_json::Value>(&text)
                .map_or_else(|_| quoted(&text), |value| value.to_string()),
        };
        format!("  {}: {value}", quoted(param.name()))
    };
    let members: Vec<String> = trial.params.iter().map(member).collect();
    let json = format!("{{\n{}\n}}", members.join(",\n"));
    shown_json(&json).into_owned()
}
