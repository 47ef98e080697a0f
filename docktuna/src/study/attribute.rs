//! Attributes that a user sets, as they are stored.

use crate::error::{Error, Result};
use crate::optuna::{self, keys};

/// A value as the JSON that Python reads.
pub(super) fn attribute_json(key: &str, value: &impl serde::Serialize) -> Result<String> {
    let attribute = |reason: String| Error::Attribute {
        key: key.to_owned(),
        reason,
    };
    if key.chars().count() > keys::LONGEST {
        return Err(attribute(format!(
            "a key has at most {} characters",
            keys::LONGEST
        )));
    }
    optuna::to_json(value).map_err(|why| attribute(format!("it is not JSON: {why}")))
}
