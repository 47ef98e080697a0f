//! Storage URLs in the forms that Optuna takes.

mod postgres;
mod print;
mod query;
mod search_path;
mod sqlite;
#[cfg(test)]
mod tests;

use percent_encoding::percent_decode_str;

use super::host::is_quoted;
use super::target::Target;

#[cfg(feature = "postgres")]
pub(crate) use print::optuna_url;
#[cfg(feature = "sqlite")]
pub(crate) use print::sqlite_url;

/// How to write what has a meaning of its own in a URL.
const ENCODE: &str = "write / ? # and @ in a password as %2F %3F %23 and %40";

/// What a URL says.
#[derive(Debug)]
pub(super) struct Url {
    pub(super) target: Target,
    /// The options that mean nothing here.
    pub(super) ignored: Vec<&'static str>,
}

/// Reads a storage URL. Messages never hold the URL: it may hold a password.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn parse(url: &str) -> Result<Url, String> {
    if is_quoted(url.trim()) {
        return Err("it has quotes around it; help: take them off".to_owned());
    }
    if url.trim() != url {
        return Err("it has white space around it; help: take it off".to_owned());
    }
    if url.contains('\0') {
        return Err("it holds a NUL character".to_owned());
    }
    let (scheme, rest) = url
        .split_once("://")
        .ok_or("it is no URL; help: write postgresql://user@host/database or sqlite:///file.db")?;
    let scheme = scheme.to_ascii_lowercase();
    let (dialect, driver) = match scheme.split_once('+') {
        Some((dialect, driver)) => (dialect, Some(driver)),
        None => (scheme.as_str(), None),
    };
    match dialect {
        "postgresql" | "postgres" => postgres::parse(rest, driver.is_some()),
        "sqlite" => sqlite::parse(rest, driver),
        _ => Err(
            "its scheme is not supported; help: docktuna reads postgresql:// and sqlite:///"
                .to_owned(),
        ),
    }
}

fn decoded(text: &str) -> Result<String, String> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) if text.contains('\0') => Err("it holds a NUL character, %00".to_owned()),
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err("its percent-encoding is not UTF-8".to_owned()),
    }
}
