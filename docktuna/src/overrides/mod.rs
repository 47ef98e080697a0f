//! Changes the search for one run, without a change of the type.

mod fits;
#[cfg(test)]
mod fuzz;
mod key;
mod resolve;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

use serde::{Deserialize, Deserializer};

pub use key::{Key, KeyValue};
pub(crate) use resolve::Resolved;

use crate::error::{Error, Result};
use crate::space::{Domain, NodeKind, Space, Value};
use crate::tunable::{Number, Tunable};

/// Changes what a run searches, compared with what `T` declares.
///
/// An override narrows or widens a range, fixes a parameter, or keeps some of the choices. A later rule
/// for a parameter replaces an earlier one. In code a [`Key`] names the parameter. From a command line an
/// override is a text ([`set`](Self::set)), and from a settings file a map ([`Deserialize`]):
///
/// ```
/// use docktuna::{Overrides, Tunable};
///
/// #[derive(Tunable)]
/// struct Train {
///     #[tune(range = 1e-5..=1e-1, log)]
///     lr: f64,
///     #[tune(range = 1..=8)]
///     layers: u8,
///     #[tune(choices = ["cosine", "linear", "step"])]
///     schedule: String,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Settings {
///     search: Overrides<Train>,
/// }
///
/// let settings: Settings = toml::from_str(r#"
///     [search]
///     lr = "1e-4..=1e-3"
///     layers = 3
///     schedule = ["cosine", "linear"]
/// "#)?;
/// settings.search.set("layers=widen 1..=12").check()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// In a file, the name of a parameter in a branch is written in quotes (`"optimizer.sgd.momentum" = 0.9`)
/// or as nested tables.
///
/// Narrowing a range, fixing a parameter or keeping some choices leaves the stored distribution as
/// declared, so the best trial matches the type at loading. Widening a range stores the wider one,
/// because a stored value must lie in the distribution that is stored with it. Loading then refuses a
/// best trial outside the declared range, until the type declares the wider range. Choices cannot be
/// widened, because Optuna refuses a study whose choices change.
pub struct Overrides<T> {
    rules: Vec<(String, Rule)>,
    config: PhantomData<fn() -> T>,
}

/// What is to be drawn, before it is compared with the declared domain.
#[derive(Debug, Clone, PartialEq)]
enum Rule {
    /// As on a command line; what it means depends on the domain.
    Text(String),
    /// A part of the range.
    Narrow(Value, Value),
    /// Another range.
    Widen(Value, Value),
    /// One of these values.
    Keep(Vec<Value>),
}

impl<T: Tunable> Overrides<T> {
    /// Overrides that change nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws from a part of the declared range; with a step, from the values of its grid.
    #[must_use]
    pub fn narrow<V: KeyValue + Number>(self, key: Key<T, V>, range: RangeInclusive<V>) -> Self {
        let (low, high) = ends(key, &range);
        self.with(key.name(), Rule::Narrow(low, high))
    }

    /// Draws from a range that goes beyond the declared one. The range must fit the field's type. With a
    /// step, both ends must lie on the grid of the declared range.
    #[must_use]
    pub fn widen<V: KeyValue + Number>(self, key: Key<T, V>, range: RangeInclusive<V>) -> Self {
        let (low, high) = ends(key, &range);
        self.with(key.name(), Rule::Widen(low, high))
    }

    /// Always gives the parameter this value.
    #[must_use]
    pub fn fix<V: KeyValue>(self, key: Key<T, V>, value: V) -> Self {
        self.keep(key, [value])
    }

    /// Draws one of these choices.
    #[must_use]
    pub fn keep<V: KeyValue>(self, key: Key<T, V>, values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(|value| encoded(key, &value));
        self.with(key.name(), Rule::Keep(values.collect()))
    }

    /// Adds one from a text: `lr=1e-4..=1e-3` narrows a range, `lr=widen 1e-6..=1.0` widens it, `lr=0.01`
    /// and `optimizer=sgd` fix a value, `optimizer=sgd|adam_w` keeps some choices. [`check`](Self::check)
    /// and opening the study report what is wrong with it.
    #[must_use]
    pub fn set(self, text: &str) -> Self {
        let (name, rule) = text.split_once('=').unwrap_or((text, ""));
        self.with(name.trim(), Rule::Text(rule.trim().to_owned()))
    }

    /// These overrides, followed by those of `later`.
    #[must_use]
    pub fn and(mut self, later: Self) -> Self {
        self.rules.extend(later.rules);
        self
    }

    /// Compares all of them with the declared space.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownParam`] with similar names. [`Error::Override`] for a range that is wider than
    /// declared without `widen`, is empty, is off the grid or is outside the field's type, for a value
    /// that is not in the domain, and for a text that cannot be read.
    pub fn check(&self) -> Result<()> {
        self.resolve().map(drop)
    }

    pub(crate) fn resolve(&self) -> Result<Resolved> {
        let mut resolved = Resolved::default();
        for (name, rule) in &self.rules {
            let domain = searched::<T>(name)?;
            let invalid = |reason| Error::Override {
                text: format!("{name}={rule}"),
                reason,
            };
            resolved.add(name, rule, &domain).map_err(invalid)?;
            if let Some(range) = resolved.widened(name) {
                fits::check::<T>(name, range).map_err(invalid)?;
            }
        }
        Ok(resolved)
    }

    fn with(mut self, name: &str, rule: Rule) -> Self {
        self.rules.push((name.to_owned(), rule));
        self
    }
}

/// The domain of the parameter `name`.
fn searched<T: Tunable>(name: &str) -> Result<Domain> {
    let space: &Space = T::SPACE;
    if let Some(param) = space.find(name) {
        return Ok(*param.domain());
    }
    if let Some(node) = space.walk().find(|node| node.name == name)
        && let NodeKind::Fixed(value) = node.kind
    {
        return Err(Error::Override {
            text: name.to_owned(),
            reason: format!("it is fixed to `{value}` and not searched; help: change the type"),
        });
    }
    Err(Error::UnknownParam {
        param: name.to_owned(),
        type_name: T::NAME.to_owned(),
        near: crate::near::near_params(space, name),
    })
}

fn ends<T: Tunable, V: KeyValue>(key: Key<T, V>, range: &RangeInclusive<V>) -> (Value, Value) {
    (encoded(key, range.start()), encoded(key, range.end()))
}

fn encoded<T: Tunable, V: KeyValue>(key: Key<T, V>, value: &V) -> Value {
    match T::SPACE.find(key.name()) {
        Some(param) => value.value(param.domain()),
        // No key is made without its parameter.
        None => Value::None,
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Narrow(low, high) => write!(f, "{low}..={high}"),
            Self::Widen(low, high) => write!(f, "widen {low}..={high}"),
            Self::Keep(values) => {
                let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join("|"))
            }
        }
    }
}

impl<T> Default for Overrides<T> {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            config: PhantomData,
        }
    }
}

impl<T> Clone for Overrides<T> {
    fn clone(&self) -> Self {
        Self {
            rules: self.rules.clone(),
            config: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Overrides<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self
            .rules
            .iter()
            .map(|(name, rule)| format!("{name}={rule}"));
        f.debug_list().entries(texts).finish()
    }
}

/// A map of names to values, lists of values, or texts as [`set`](Overrides::set) takes them after
/// the `=`; a map in a map goes one name down.
impl<'de, T> Deserialize<'de> for Overrides<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut rules = Vec::new();
        flatten("", BTreeMap::deserialize(deserializer)?, &mut rules);
        Ok(Self {
            rules,
            config: PhantomData,
        })
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "an override is a number, a boolean, a text such as \"1e-4..=1e-3\" or \"sgd\", a \
                 list of choices, or a table of them"
)]
enum Entry {
    Text(String),
    One(Single),
    List(Vec<Single>),
    Table(BTreeMap<String, Self>),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a choice is a number, a text or a boolean")]
enum Single {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

fn flatten(above: &str, entries: BTreeMap<String, Entry>, rules: &mut Vec<(String, Rule)>) {
    for (name, entry) in entries {
        let name = if above.is_empty() {
            name
        } else {
            format!("{above}.{name}")
        };
        let rule = match entry {
            Entry::Table(below) => {
                flatten(&name, below, rules);
                continue;
            }
            Entry::Text(text) => Rule::Text(text),
            Entry::One(value) => Rule::Keep(vec![value.into()]),
            Entry::List(values) => Rule::Keep(values.into_iter().map(Into::into).collect()),
        };
        rules.push((name, rule));
    }
}

impl From<Single> for Value {
    fn from(value: Single) -> Self {
        match value {
            Single::Bool(value) => value.into(),
            Single::Int(value) => value.into(),
            Single::Float(value) => value.into(),
            Single::Text(value) => value.into(),
        }
    }
}
