//! A file of results: one line of JSON for each, written when a run ends.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use docktuna::BoxError;
use serde::de::DeserializeOwned;

/// Reads what an earlier call left in `path`, and opens the file to add to. A line that was cut short is taken away.
pub(crate) fn open<T: DeserializeOwned>(path: &Path) -> Result<(Vec<T>, File), BoxError> {
    let shown = path.display();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(format!("{shown}: {error}").into()),
    };
    let mut all = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        match serde_json::from_str(line) {
            Ok(record) => all.push(record),
            Err(_) if lines.peek().is_none() && !text.ends_with('\n') => {}
            Err(error) => {
                let line = number + 1;
                return Err(
                    format!("{shown}:{line}: {error}; help: name another --results").into(),
                );
            }
        }
    }
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|error| format!("{shown}: {error}"))?;
    if !text.is_empty() && !text.ends_with('\n') {
        file.set_len(u64::try_from(text.rfind('\n').map_or(0, |end| end + 1))?)?;
    }
    file.flush()?;
    Ok((all, file))
}
