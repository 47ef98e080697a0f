//! What changed between two configurations of one type.

use std::fmt;

use super::{Sink, Tunable};
use crate::shown::Shown;
use crate::space::path::Path;
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
    let mut values = Values {
        path: Path::start(T::SPACE),
        values: Vec::new(),
    };
    match config.record(&mut values) {
        Ok(()) => values.values,
        Err(never) => match never {},
    }
}

struct Values {
    path: Path,
    values: Vec<(String, Value)>,
}

impl Sink for Values {
    type Error = std::convert::Infallible;

    fn enter(&mut self, name: &str) {
        self.path.enter(name);
    }

    fn leave(&mut self) {
        self.path.leave();
    }

    fn param(&mut self, _: &'static Param, value: Value) -> Result<(), Self::Error> {
        self.values.push((self.path.name().to_owned(), value));
        Ok(())
    }

    fn refused(&mut self, _: &'static Param, reason: String) -> Result<(), Self::Error> {
        let shown = Value::Json(format!("({reason})").into());
        self.values.push((self.path.name().to_owned(), shown));
        Ok(())
    }
}
