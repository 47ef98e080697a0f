//! The options behind a URL's question mark.

use super::{ENCODE, decoded};

/// Names and values, decoded. One without a value counts as not given, as for SQLAlchemy.
///
/// `plus` says whether a `+` is a space, which it is for SQLAlchemy and not for libpq.
pub(super) fn pairs(query: &str, plus: bool) -> Result<Vec<(String, String)>, String> {
    let read = |text: &str| match plus {
        true => decoded(&text.replace('+', " ")),
        false => decoded(text),
    };
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair
            .split_once('=')
            .ok_or_else(|| format!("an option of it has no value; help: {ENCODE}"))?;
        if !value.is_empty() {
            pairs.push((read(key)?, read(value)?));
        }
    }
    Ok(pairs)
}

/// What is said of an option that nobody knows. Its name is shown only where it cannot be a part of
/// `secret`, or of a password that was not encoded.
pub(super) fn unknown(key: &str, query: &str, secret: &str) -> String {
    let plain = key
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if plain && key.len() <= 40 && !query.contains('@') && !secret.contains(key) {
        format!("its option `{key}` is not supported; help: leave it out")
    } else {
        format!("it has an option that is not supported; help: leave it out, or {ENCODE}")
    }
}
