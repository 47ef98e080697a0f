//! What changed between two configurations of one type.

use std::convert::Infallible;
use std::fmt;

use super::Tunable;
use super::named::{Named, NamedSink};
use crate::shown::Shown;
use crate::space::{Param, Value};

/// The parameters in which two configurations differ, in field order; [`Tunable::diff`] gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigDiff(Vec<Change>);

/// A parameter in which two configurations differ.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// Its stored name.
    pub param: String,
    /// Its value in the first configuration; none if that does not have it.
    pub from: Option<Value>,
    /// Its value in the second one.
    pub to: Option<Value>,
}

impl ConfigDiff {
    pub(super) fn between<T: Tunable>(a: &T, b: &T) -> Self {
        let (before, mut after) = (values(a), values(b));
        let mut changes = Vec::new();
        for (param, from) in before {
            let place = after.iter().position(|(name, _)| *name == param);
            let to = place.map(|place| after.remove(place).1);
            if to.as_ref() != Some(&from) {
                let from = Some(from);
                changes.push(Change { param, from, to });
            }
        }
        changes.extend(after.into_iter().map(|(param, to)| Change {
            param,
            from: None,
            to: Some(to),
        }));
        Self(changes)
    }

    /// The differences.
    pub fn iter(&self) -> std::slice::Iter<'_, Change> {
        self.0.iter()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a ConfigDiff {
    type Item = &'a Change;
    type IntoIter = std::slice::Iter<'a, Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One line: `lr: 0.001 -> 0.01; optimizer: "sgd" -> "adam"; optimizer.sgd.momentum: 0.9 -> (none)`.
impl fmt::Display for ConfigDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no difference");
        }
        for (index, change) in self.iter().enumerate() {
            let separator = if index > 0 { "; " } else { "" };
            write!(f, "{separator}{change}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", Shown(&self.param))?;
        side(f, self.from.as_ref())?;
        f.write_str(" -> ")?;
        side(f, self.to.as_ref())
    }
}

fn side(f: &mut fmt::Formatter<'_>, value: Option<&Value>) -> fmt::Result {
    match value {
        Some(value) => write!(f, "{value}"),
        None => f.write_str("(none)"),
    }
}

/// Every parameter, also one whose value lies outside of its range or cannot be stored.
fn values<T: Tunable>(config: &T) -> Vec<(String, Value)> {
    let mut values = Named::new(T::SPACE, Values(Vec::new()));
    match config.record(&mut values) {
        Ok(()) => values.inner.0,
        Err(never) => match never {},
    }
}

struct Values(Vec<(String, Value)>);

impl NamedSink for Values {
    type Error = Infallible;

    fn param(&mut self, name: &str, _: &'static Param, value: Value) -> Result<(), Infallible> {
        self.0.push((name.to_owned(), value));
        Ok(())
    }

    fn refused(&mut self, name: &str, reason: String) -> Result<(), Infallible> {
        let shown = Value::Json(format!("({reason})").into());
        self.0.push((name.to_owned(), shown));
        Ok(())
    }
}
