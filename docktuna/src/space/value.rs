//! Values as the user, and Python, see them.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::shown::Shown;

/// The value of a parameter outside the database, which Python calls the external representation.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Python's `None`.
    None,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating-point number; infinite and NaN occur as choices that Python wrote.
    Float(f64),
    /// A text.
    Str(Cow<'static, str>),
    /// The JSON text of a choice that has no counterpart here: an integer beyond 64 bits, a list or
    /// an object that Python stored.
    Json(Cow<'static, str>),
}

impl Value {
    /// The number, if this is one.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        reason = "integers beyond 2^53 are never declared"
    )]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(i) => Some(*i as f64),
            Self::Float(v) => Some(*v),
            _ => None,
        }
    }

    /// The text, if this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Whether Python takes both for the same choice: `1`, `1.0` and `True` are equal there, and
    /// NaN counts as equal to itself.
    #[must_use]
    #[allow(
        clippy::float_cmp,
        reason = "choices are compared exactly, as Python compares them"
    )]
    pub fn same(&self, other: &Self) -> bool {
        fn number(value: &Value) -> Option<f64> {
            match value {
                Value::Bool(b) => Some(f64::from(u8::from(*b))),
                other => other.as_f64(),
            }
        }
        // Beyond 2^53 two integers may be one double.
        if let (Self::Int(a), Self::Int(b)) = (self, other) {
            return a == b;
        }
        match (number(self), number(other)) {
            (Some(a), Some(b)) => a == b || (a.is_nan() && b.is_nan()),
            (None, None) => self == other,
            _ => false,
        }
    }
}

/// As it stands in every message, table and diff: texts in quotes, so that `"1.5"` is told from `1.5` and an
/// empty or blank text can be seen.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Bool(b) => b.fmt(f),
            Self::Int(i) => i.fmt(f),
            Self::Float(v) => write!(f, "{v:?}"),
            Self::Str(text) => write!(f, "{text:?}"),
            Self::Json(text) => Shown(text).fmt(f),
        }
    }
}

/// As the number, text or boolean that it is; what Python stored as another JSON value stays that. A format without
/// infinite numbers has its own word for them: `null` in serde_json.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_none(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Int(i) => serializer.serialize_i64(*i),
            Self::Float(v) => serializer.serialize_f64(*v),
            Self::Str(text) => serializer.serialize_str(text),
            Self::Json(text) => match serde_json::from_str::<serde_json::Value>(text) {
                Ok(json) => json.serialize(serializer),
                Err(_) => serializer.serialize_str(text),
            },
        }
    }
}

macro_rules! from {
    ($($from:ty => $variant:ident),*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}
from!(
    bool => Bool, i8 => Int, i16 => Int, i32 => Int, i64 => Int, u8 => Int, u16 => Int, u32 => Int,
    f64 => Float, String => Str, &'static str => Str
);

macro_rules! from_wide {
    ($($from:ty),*) => {$(
        /// A number that does not fit in 64 bits with a sign keeps its digits; no range holds it.
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                i64::try_from(value).map_or_else(|_| Self::Json(value.to_string().into()), Self::Int)
            }
        }
    )*};
}
from_wide!(u64, usize, isize);

/// Choices as they stand in messages: `["sgd", "adam_w"]`.
pub(crate) fn list<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let texts: Vec<String> = values.into_iter().map(ToString::to_string).collect();
    format!("[{}]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_cannot_tell_numbers_of_equal_size_apart() {
        assert!(Value::Bool(true).same(&Value::Int(1)));
        assert!(Value::Int(1).same(&Value::Float(1.0)));
        assert!(Value::Float(f64::NAN).same(&Value::Float(f64::NAN)));
        assert!(!Value::Int(1).same(&"1".into()));
        assert!(!Value::Int(1 << 53).same(&Value::Int((1 << 53) + 1)));
        assert!(!Value::None.same(&Value::Float(f64::NAN)));
        assert!(Value::None.same(&Value::None));
    }
}
