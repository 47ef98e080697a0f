//! URLs of SQLite files. They name the file that SQLAlchemy opens.

use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use super::query::{pairs, unknown};
use super::{Url, decoded};
use crate::config::target::{FileAccess, SqliteFile, Target};

/// Options that change nothing for us: of Python's driver, and of how connections of one process
/// share what they have read.
const IGNORED: &[&str] = &[
    "cache",
    "cached_statements",
    "check_same_thread",
    "detect_types",
    "isolation_level",
    "psow",
];

/// Options that ask for something that is not done.
const REFUSED: &[&str] = &["nolock", "vfs"];

/// What the driver can wait for at most.
const LONGEST_TIMEOUT: f64 = 2_000_000.0;

/// The options that count.
#[derive(Default)]
struct Options {
    uri: bool,
    mode: Option<String>,
    immutable: bool,
    timeout: Option<Duration>,
}

/// Reads what stands behind the scheme.
pub(super) fn parse(rest: &str, driver: Option<&str>) -> Result<Url, String> {
    if driver.is_some_and(|driver| !["pysqlite", "aiosqlite"].contains(&driver)) {
        return Err("its driver is not supported; help: write sqlite:///file.db".to_owned());
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = match path {
        "" => "",
        path => path
            .strip_prefix('/')
            .ok_or("an SQLite URL has three slashes; help: sqlite:///file.db")?,
    };
    let (options, ignored) = options(query)?;
    Ok(Url {
        target: target(&decoded(path)?, options)?,
        ignored,
    })
}

fn options(query: &str) -> Result<(Options, Vec<&'static str>), String> {
    let (mut options, mut ignored) = (Options::default(), Vec::new());
    for (key, value) in pairs(query, true)? {
        match key.as_str() {
            "uri" => options.uri = truth(&value).ok_or("its uri is neither true nor false")?,
            "mode" => options.mode = Some(value),
            "immutable" => {
                options.immutable = truth(&value).ok_or("its immutable is neither 1 nor 0")?;
            }
            "timeout" => options.timeout = Some(timeout(&value)?),
            key => match (
                IGNORED.iter().find(|name| **name == key),
                REFUSED.iter().find(|name| **name == key),
            ) {
                (Some(name), _) => ignored.push(*name),
                (None, Some(name)) => {
                    return Err(format!(
                        "its option `{name}` is not supported; help: leave it out"
                    ));
                }
                (None, None) => return Err(unknown(key, query, "")),
            },
        }
    }
    ignored.sort_unstable();
    ignored.dedup();
    Ok((options, ignored))
}

fn target(path: &str, options: Options) -> Result<Target, String> {
    let access = match options.mode.as_deref() {
        _ if options.immutable => FileAccess::Immutable,
        None | Some("rwc") => FileAccess::Create,
        Some("rw") => FileAccess::Write,
        Some("ro") => FileAccess::Read,
        Some("memory") if options.uri => return Ok(Target::Memory),
        Some("memory") => {
            return Err(
                "Python takes its mode=memory for a file; help: write sqlite://, or add uri=true"
                    .to_owned(),
            );
        }
        Some(_) => return Err("its mode is none of ro, rw, rwc and memory".to_owned()),
    };
    let path = match (options.uri, path.strip_prefix("file:")) {
        (true, Some(inner)) => of_uri(inner)?,
        (true, None) if access != FileAccess::Create => {
            return Err("with uri=true its path has to begin with `file:`; help: \
                 sqlite:///file:studies.db?mode=ro&uri=true"
                .to_owned());
        }
        (_, _) if path.is_empty() || path == ":memory:" => return Ok(Target::Memory),
        (_, _) => normal(Path::new(path)),
    };
    if path.as_os_str().is_empty() || path == Path::new(":memory:") {
        return Ok(Target::Memory);
    }
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err("its path ends in a slash; help: name a file".to_owned());
    }
    Ok(Target::File(SqliteFile {
        path,
        access,
        timeout: options.timeout,
    }))
}

/// The path in one of SQLite's own URLs, behind its `file:`.
fn of_uri(inner: &str) -> Result<PathBuf, String> {
    if inner.contains(['?', '#']) {
        return Err(
            "its path has a `?` or `#`; help: within file: write them as %253F and %2523"
                .to_owned(),
        );
    }
    let path = match inner.strip_prefix("//") {
        Some(rest) => match rest.split_once('/') {
            Some(("" | "localhost", _)) => &rest[rest.find('/').unwrap_or(0)..],
            _ => return Err("its file: URL names a host; help: file:///path".to_owned()),
        },
        None => inner,
    };
    decoded(path).map(PathBuf::from)
}

/// The path without `..`, taken out as Python does before it opens a file.
fn normal(path: &Path) -> PathBuf {
    if !path.components().any(|part| part == Component::ParentDir) {
        return path.to_owned();
    }
    let mut normal = PathBuf::new();
    for part in path.components() {
        match (part, normal.components().next_back()) {
            (Component::ParentDir, Some(Component::Normal(_))) => drop(normal.pop()),
            (Component::ParentDir, Some(Component::RootDir)) => {}
            (part, _) => normal.push(part),
        }
    }
    normal
}

/// A truth value in the words that SQLAlchemy knows.
fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "t" | "1" => Some(true),
        "false" | "no" | "off" | "n" | "f" | "0" => Some(false),
        _ => None,
    }
}

fn timeout(text: &str) -> Result<Duration, String> {
    let seconds = text.trim().parse::<f64>().ok();
    seconds
        .filter(|seconds| (0.0..=LONGEST_TIMEOUT).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "its timeout is no number of seconds".to_owned())
}
