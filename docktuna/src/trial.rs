//! A trial as it is stored.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::id::{TrialId, TrialNumber, TrialState};
use crate::optuna::{self, keys};
use crate::params::Params;

/// An attribute of a study or trial: JSON text, which Python or this crate wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute(pub(crate) String);

impl Attribute {
    /// The text as it is stored.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// The value, read into `T`.
    ///
    /// # Errors
    ///
    /// [`Error::Attribute`] if it is of another type, or holds what only Python reads: `NaN`,
    /// `Infinity` or a lone surrogate. [`as_json`](Self::as_json) gives the text in any case.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.0).map_err(|error| Error::Attribute {
            key: self.0.chars().take(60).collect(),
            reason: format!("{error}; help: read its text with `as_json()`"),
        })
    }
}

/// The attributes of a study or trial by their keys.
pub type Attributes = BTreeMap<String, Attribute>;

/// A trial as it is stored.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FrozenTrial {
    /// Its row.
    pub id: TrialId,
    /// Its place in the study.
    pub number: TrialNumber,
    /// Its state.
    pub state: TrialState,
    /// The number of each objective; empty without a result.
    pub values: Vec<f64>,
    /// Its parameters, in the order in which they were drawn.
    pub params: Params,
    /// What the user noted.
    pub user_attrs: Attributes,
    /// What Optuna and its parts noted.
    pub system_attrs: Attributes,
    /// Reported values by step.
    pub intermediate_values: BTreeMap<i64, f64>,
    /// When it started, in UTC; trials of Optuna 4 and older are in the local time of their worker.
    pub datetime_start: Option<chrono::NaiveDateTime>,
    /// When it ended, likewise.
    pub datetime_complete: Option<chrono::NaiveDateTime>,
}

impl FrozenTrial {
    /// The only number of a trial with one objective.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        match self.values.as_slice() {
            [value] => Some(*value),
            _ => None,
        }
    }

    /// The constraints by name; a number above 0 breaks one, and so does NaN, which also stands for what
    /// is no number. Both encodings are read: the list of
    /// Optuna 4 and the single ones of Optuna 5, which win on the same name. The items of a list are
    /// called 0, 1, … as in Optuna 5, unless a `#[tune(constraint(..))]` gave them names.
    #[must_use]
    pub fn constraints(&self) -> BTreeMap<String, f64> {
        self.named(constraints(&self.system_attrs))
    }

    /// Gives the items of the list the names that this crate notes beside it.
    fn named(&self, mut constraints: BTreeMap<String, f64>) -> BTreeMap<String, f64> {
        let names = self.user_attrs.get(keys::CONSTRAINT_NAMES);
        let names: Vec<String> = names
            .and_then(|names| names.parse().ok())
            .unwrap_or_default();
        for (i, name) in names.into_iter().enumerate() {
            if let Some(number) = constraints.remove(&i.to_string()) {
                constraints.insert(name, number);
            }
        }
        constraints
    }

    /// Whether no constraint is broken.
    #[must_use]
    pub fn is_feasible(&self) -> bool {
        is_feasible(&self.system_attrs)
    }
}

/// The constraints among system attributes.
fn constraints(system_attrs: &Attributes) -> BTreeMap<String, f64> {
    let attributes = system_attrs.iter();
    optuna::read_constraints(attributes.map(|(key, json)| (key.as_str(), json.as_json())))
}

/// Whether a trial with these system attributes breaks no constraint.
pub(crate) fn is_feasible(system_attrs: &Attributes) -> bool {
    optuna::is_feasible(&constraints(system_attrs))
}
