//! Spaces as tables.

use std::fmt;

use super::{EntryKind, OutlineEntry, SpaceOutline};
use crate::shown::shown;
use crate::space::Space;
use crate::space::distribution::Distribution;

const HEAD: [&str; 6] = ["name", "kind", "values", "when", "default", "description"];

/// A table of names, kinds, values, conditions, defaults and descriptions, one line each.
impl fmt::Display for SpaceOutline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = HEAD.map(str::to_owned);
        let rows: Vec<[String; 6]> = std::iter::once(head)
            .chain(self.entries.iter().map(row))
            .collect();
        let mut widths = [0; 6];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in &rows {
            let cells = row.iter().zip(widths);
            let padded: Vec<String> = cells.map(|(cell, w)| format!("{cell:<w$}")).collect();
            writeln!(f, "{}", padded.join("  ").trim_end())?;
        }
        Ok(())
    }
}

#[cfg(feature = "storage")]
impl SpaceOutline {
    /// The table in markdown.
    pub(crate) fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let mut table = line(&HEAD.map(str::to_owned)) + "|---|---|---|---|---|---|\n";
        for entry in &self.entries {
            let [name, kind, values, when, default, doc] = row(entry);
            let [name, values, when, default] = [name, values, when, default].map(code);
            table += &line(&[name, kind, values, when, default, prose(&doc)]);
        }
        table
    }
}

/// A text that is no markdown, in a cell of a table.
#[cfg(feature = "storage")]
fn code(text: String) -> String {
    match text.as_str() {
        "" => text,
        // It would end the code.
        text if text.contains('`') => prose(text),
        text => format!("`{}`", text.replace('|', r"\|")),
    }
}

/// Markdown in a cell of a table, in which there is no HTML.
#[cfg(feature = "storage")]
fn prose(text: &str) -> String {
    text.replace('|', r"\|").replace('<', r"\<")
}

/// The table of its [`outline`](Space::outline).
impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.outline().fmt(f)
    }
}

fn row(entry: &OutlineEntry) -> [String; 6] {
    let (kind, values, default) = match &entry.kind {
        EntryKind::Param {
            distribution,
            ordered,
            default,
        } => (
            kind(distribution, *ordered),
            distribution.to_string(),
            default.as_ref().map(ToString::to_string),
        ),
        EntryKind::Fixed(value) => ("fixed", value.clone(), None),
    };
    let when: Vec<String> = entry.when.iter().map(ToString::to_string).collect();
    [
        entry.name.clone(),
        kind.to_owned(),
        values,
        when.join(" and "),
        default.unwrap_or_default(),
        entry.doc.clone(),
    ]
    // A line break in a description must not break the table.
    .map(|cell| shown(&cell.replace(['\n', '\r', '\t'], " ")).into_owned())
}

fn kind(distribution: &Distribution, ordered: bool) -> &'static str {
    match distribution {
        Distribution::Float(_) => "float",
        Distribution::Int(_) => "int",
        Distribution::Categorical(_) if ordered => "ordered choice",
        Distribution::Categorical(_) => "choice",
    }
}
