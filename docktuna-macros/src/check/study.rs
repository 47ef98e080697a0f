//! What a type says about its studies.

use syn::LitStr;
use syn::ext::IdentExt;

use super::name::checked;
use crate::attr::Member;
use crate::attr::{Attrs, Entry, Key, required_text};
use crate::diag::Subject;
use crate::model::{Objective, Study};
use crate::suggest::near;

const MINIMIZE: &str = "minimize";
const MAXIMIZE: &str = "maximize";

pub(super) fn study(subject: &Subject<'_>, attrs: &Attrs) -> Study {
    let directions = attrs.given(&[Key::Minimize, Key::Maximize, Key::Objectives]);
    one_direction(subject, &directions);
    Study {
        name: text(subject, attrs, Key::Study),
        objectives: directions
            .into_iter()
            .flat_map(|entry| match entry.key {
                Key::Objectives => objectives(subject, entry.members()),
                direction => vec![Objective {
                    maximize: direction == Key::Maximize,
                    metric: text(subject, attrs, direction),
                }],
            })
            .collect(),
    }
}

/// The name that an option gives.
fn text(subject: &Subject<'_>, attrs: &Attrs, key: Key) -> Option<String> {
    let text = attrs.text(key, subject)?;
    checked(subject, &text.value(), text)?;
    Some(text.value())
}

/// C40: both directions given.
fn one_direction(subject: &Subject<'_>, directions: &[&Entry]) {
    let [first, rest @ ..] = directions else {
        return;
    };
    for second in rest {
        let help = if [first.key, second.key].contains(&Key::Objectives) {
            "keep one"
        } else {
            "keep one, or write objectives(minimize = \"..\", maximize = \"..\")"
        };
        subject.error(
            &second.ident,
            format_args!(
                "`{}` and `{}` cannot be combined; help: {help}",
                first.ident, second.ident
            ),
        );
    }
}

fn objectives(subject: &Subject<'_>, members: &[Member]) -> Vec<Objective> {
    let mut objectives = Vec::new();
    let mut metrics: Vec<&LitStr> = Vec::new();
    for member in members {
        let Some(maximize) = direction(subject, member) else {
            continue;
        };
        let metric = match &member.value {
            None => None,
            Some(value) => match required_text(&member.name, value, subject) {
                Some(text) if checked(subject, &text.value(), text).is_some() => Some(text),
                _ => continue,
            },
        };
        if let Some(metric) = metric {
            one_meaning(subject, metric, &metrics);
            metrics.push(metric);
        }
        objectives.push(Objective {
            maximize,
            metric: metric.map(LitStr::value),
        });
    }
    objectives
}

/// C22: unknown keyword.
fn direction(subject: &Subject<'_>, member: &Member) -> Option<bool> {
    let name = member.name.unraw().to_string();
    if [MINIMIZE, MAXIMIZE].contains(&name.as_str()) {
        return Some(name == MAXIMIZE);
    }
    let help = match near(&name, [MINIMIZE, MAXIMIZE]) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "help: a direction is minimize or maximize".to_owned(),
    };
    subject.error(
        &member.name,
        format_args!("unknown direction `{name}`; {help}"),
    );
    None
}

/// C21: one metric twice.
fn one_meaning(subject: &Subject<'_>, metric: &LitStr, earlier: &[&LitStr]) {
    if let Some(first) = earlier.iter().find(|other| other.value() == metric.value()) {
        let name = metric.value();
        subject.conflict(
            metric,
            format_args!("the metric {name:?} is listed twice; help: remove one"),
            first,
            format_args!("the first {name:?} is here"),
        );
    }
}
