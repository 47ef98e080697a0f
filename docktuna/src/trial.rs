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
    /// [`Error::Attribute`] if the value has another type, or contains something that only Python reads:
    /// `NaN`, `Infinity` or a lone surrogate. [`as_json`](Self::as_json) always gives the text.
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
    /// The result for each objective; empty without a result.
    pub values: Vec<f64>,
    /// Its parameters, in the order in which they were drawn.
    pub params: Params,
    /// The attributes that users set.
    pub user_attrs: Attributes,
    /// The attributes that Optuna and its parts set.
    pub system_attrs: Attributes,
    /// Reported values by step.
    pub intermediate_values: BTreeMap<i64, f64>,
    /// When it started, in UTC. Optuna 4 and older wrote the local time of the worker.
    pub datetime_start: Option<chrono::NaiveDateTime>,
    /// When it ended, in the same form.
    pub datetime_complete: Option<chrono::NaiveDateTime>,
}

impl FrozenTrial {
    /// The result of a trial with one objective.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        match self.values.as_slice() {
            [value] => Some(*value),
            _ => None,
        }
    }

    /// The constraints by name. A number above 0 breaks a constraint. So does NaN, which also stands for
    /// a stored value that is not a number. Two encodings are read: the list of Optuna 4 and the single
    /// attributes of Optuna 5, which take precedence for the same name. The items of a list are named 0,
    /// 1, … as in Optuna 5, unless a `#[tune(constraint(..))]` named them.
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
