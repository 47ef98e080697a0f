//! The best trial: its results, its parameters as a table and as JSON.

use std::borrow::Cow;

use super::facts::Facts;
use super::markup::Markup;
use crate::shown::shown;
use crate::space::Value;
use crate::trial::FrozenTrial;

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
        .map(|param| vec![param.name().to_owned(), param.value().to_string()])
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
            Value::Float(value) => quoted(&format!("{value:?}")),
            Value::Str(text) => quoted(&text),
            Value::Json(text) => serde_json::from_str::<serde_json::Value>(&text)
                .map_or_else(|_| quoted(&text), |value| value.to_string()),
        };
        format!("  {}: {value}", quoted(param.name()))
    };
    let members: Vec<String> = trial
        .params
        .iter()
        .map(member)
        .map(|line| harmless(&line))
        .collect();
    format!("{{\n{}\n}}", members.join(",\n"))
}

fn harmless(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(shown(c.encode_utf8(&mut [0; 4])), Cow::Borrowed(_)) {
            safe.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    safe
}
