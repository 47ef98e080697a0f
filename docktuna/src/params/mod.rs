//! The parameters of one trial, and the one path between them and a configuration.

pub(crate) mod aliases;
mod compare;
pub(crate) mod rules;
mod typed;

pub use compare::Mismatch;
pub(crate) use compare::compare;
#[cfg(feature = "storage")]
pub(crate) use compare::incompatible;
#[cfg(feature = "storage")]
pub(crate) use typed::Unfit;

use serde::{Serialize, Serializer};

use crate::space::Value;
use crate::space::distribution::Distribution;

/// One parameter of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub(crate) name: String,
    pub(crate) distribution: Distribution,
    pub(crate) stored: f64,
}

impl Parameter {
    /// Its stored name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The distribution that it was drawn from.
    #[must_use]
    pub fn distribution(&self) -> &Distribution {
        &self.distribution
    }

    /// Its value as Python sees it; [`Value::None`] if no choice has the stored index.
    #[must_use]
    pub fn value(&self) -> Value {
        self.distribution.value(self.stored).unwrap_or(Value::None)
    }

    /// The number in the database: the value itself, or the index of a choice.
    #[must_use]
    pub fn stored(&self) -> f64 {
        self.stored
    }
}

/// The parameters of one trial, in the order in which they were drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params(Vec<Parameter>);

impl Params {
    /// The parameter called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.0.iter().find(|parameter| parameter.name == name)
    }

    /// The parameters in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Parameter> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn push(&mut self, name: &str, distribution: Distribution, stored: f64) {
        self.0.push(Parameter {
            name: name.to_owned(),
            distribution,
            stored,
        });
    }
}

/// As a map from names to values, in the order in which they were drawn.
///
/// There is no way back: a map of values does not say what they were drawn from, which is a part of [`Params`]. A
/// configuration comes back as its own type, by that type's `Deserialize`.
///
/// ```
/// use docktuna::{Params, Tunable};
///
/// #[derive(Tunable)]
/// struct Train {
///     #[tune(range = 1..=8)]
///     layers: u8,
///     #[tune(range = 0.0..=1.0)]
///     mixup: Option<f64>,
/// }
///
/// let params = Params::of(&Train { layers: 3, mixup: Some(0.5) })?;
/// let json = serde_json::to_string(&params).expect("texts and numbers");
/// assert_eq!(json, r#"{"layers":3,"mixup":"some","mixup.some":0.5}"#);
/// # Ok::<(), docktuna::Error>(())
/// ```
impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|param| (param.name(), param.value())))
    }
}

impl<'a> IntoIterator for &'a Params {
    type Item = &'a Parameter;
    type IntoIter = std::slice::Iter<'a, Parameter>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
