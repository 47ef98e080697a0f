//! A study as one page of HTML that needs nothing else: no script, no network.
//!
//! `Facts` is all that is read. Each section is a file, and so is each chart. Whatever is written goes through
//! `Markup`, which escapes every text that is not part of this program.

mod axis;
mod best;
mod canvas;
mod curves;
mod facts;
mod failures;
mod figure;
mod history;
mod importances;
mod markup;
mod page;
mod parallel;
mod pareto;
mod slices;
mod space;
#[cfg(test)]
mod tests;
mod thin;
mod timeline;

pub(crate) use facts::Facts;
pub(crate) use figure::Undrawn;

/// The page.
pub(crate) fn html(facts: &Facts) -> Result<String, Undrawn> {
    page::page(facts).map(markup::Markup::into_text)
}
