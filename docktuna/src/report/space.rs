//! What is searched.

use super::axis::shortened;
use super::facts::Facts;
use super::markup::Markup;
use crate::outline::{EntryKind, OutlineEntry};
use crate::space::distribution::Distribution;

/// The most letters of a cell.
const LONGEST: usize = 400;

/// The space as it was declared, or, if that is not known, what the trials hold of it.
pub(super) fn write(markup: &mut Markup, facts: &Facts) {
    match &facts.space {
        Some(space) => {
            let rows: Vec<Vec<String>> = space.iter().map(declared).collect();
            markup.table(&["name", "kind", "values", "when", "default"], &[], &rows);
        }
        None if facts.params.is_empty() => {
            markup.paragraph("No trial has a parameter.");
        }
        None => {
            let rows = facts.params.iter().map(|param| {
                vec![
                    param.name.clone(),
                    kind(&param.distribution).to_owned(),
                    shortened(&param.distribution.to_string(), LONGEST),
                    param.trials.to_string(),
                ]
            });
            let rows: Vec<Vec<String>> = rows.collect();
            markup.table(&["name", "kind", "values", "trials"], &[3], &rows);
        }
    }
}

fn declared(entry: &OutlineEntry) -> Vec<String> {
    let when: Vec<String> = entry.when().iter().map(ToString::to_string).collect();
    let (kind, values, default) = match entry.kind() {
        EntryKind::Param {
            distribution,
            default,
            ..
        } => (
            kind(distribution),
            distribution.to_string(),
            default
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ),
        EntryKind::Fixed(value) => ("fixed", value.clone(), String::new()),
    };
    let cells = [entry.name(), kind, &values, &when.join(" and "), &default];
    cells.map(|cell| shortened(cell, LONGEST)).to_vec()
}

fn kind(distribution: &Distribution) -> &'static str {
    match distribution {
        Distribution::Float(_) => "float",
        Distribution::Int(_) => "int",
        Distribution::Categorical(_) => "choice",
    }
}
