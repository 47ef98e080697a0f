//! A password in a file, which may be read again: secrets are rotated.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::dotenv::is_space;
use super::secret::Secret;

/// Longer than any password or token that a server takes.
const LONGEST_SECRET: u64 = 16 << 10;

/// The file that a password came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecretFile(PathBuf);

impl SecretFile {
    pub(crate) fn new(file: &Path) -> Self {
        Self(file.to_owned())
    }

    /// The password that is in it now, without the white space around it.
    ///
    /// # Errors
    ///
    /// What is wrong with the file; never its content, and its name only where that is no password.
    pub(crate) fn read(&self) -> Result<Secret, String> {
        let text = bytes(&self.0, LONGEST_SECRET)
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned()));
        let secret = text.and_then(|text| match text.trim_matches(is_space) {
            "" => Err("is empty".to_owned()),
            text => Ok(Secret::from(text)),
        });
        secret.map_err(|problem| format!("{} {problem}", shown(&self.0)))
    }
}

#[cfg(feature = "cli")]
impl std::fmt::Display for SecretFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&shown(&self.0))
    }
}

/// A file in a message. Somebody may have given the password itself as its name, so it is shown only
/// where its folder is there.
pub(super) fn shown(file: &Path) -> String {
    match file.parent() {
        Some(folder) if folder.file_name().is_some() && folder.is_dir() => {
            format!("the file {}", file.display())
        }
        _ => "the file that it names".to_owned(),
    }
}

/// What is in a regular file of at most `limit` bytes.
///
/// Anything else is not opened: a pipe or a device would keep us waiting, or never end.
pub(super) fn bytes(file: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let unread = |error: std::io::Error| format!("cannot be read: {}", error.kind());
    let kind = std::fs::metadata(file).map_err(unread)?.file_type();
    if !kind.is_file() {
        let what = if kind.is_dir() {
            "folder"
        } else {
            "pipe or device"
        };
        return Err(format!("is a {what}; help: name a regular file"));
    }
    let opened = File::open(file).map_err(unread)?;
    // Somebody may have put something else in its place.
    if !opened.metadata().map_err(unread)?.is_file() {
        return Err("is no regular file".to_owned());
    }
    let mut bytes = Vec::new();
    opened
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unread)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(format!("is longer than {} KiB", limit >> 10));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn f04_any_secret_comes_back_from_its_file(
            secret in "[^\\s\u{1c}-\u{1f}]([^\\s\u{1c}-\u{1f}]| |\t){0,20}[^\\s\u{1c}-\u{1f}]",
            before in "[ \t\r\n\u{1f}\u{a0}]{0,4}",
            after in "[ \t\r\n\u{1f}\u{a0}]{0,4}",
        ) {
            let file = tempfile::NamedTempFile::new()?;
            fs::write(file.path(), format!("{before}{secret}{after}"))?;
            let read = SecretFile::new(file.path()).read();
            prop_assert_eq!(read, Ok(Secret::from(secret)));
        }

        #[test]
        fn any_file_is_a_secret_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..64),
            length in 0_usize..40_000,
        ) {
            let file = tempfile::NamedTempFile::new()?;
            for bytes in [bytes, vec![b'x'; length]] {
                fs::write(file.path(), &bytes)?;
                match SecretFile::new(file.path()).read() {
                    Ok(secret) => prop_assert!(secret.expose().len() <= bytes.len()),
                    Err(error) => prop_assert!(error.len() < 200 && !error.contains('\n')),
                }
            }
        }
    }
}
