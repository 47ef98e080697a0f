//! The URLs that we give to Optuna.

#[cfg(feature = "postgres")]
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

#[cfg(feature = "sqlite")]
use crate::config::target::{FileAccess, SqliteFile};
#[cfg(feature = "postgres")]
use crate::config::target::{PostgresSettings, SessionAttributes};

/// What SQLAlchemy reads as it stands in every part of a URL; releases before 2.1 do not decode the
/// database's name.
#[cfg(feature = "postgres")]
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

#[cfg(feature = "postgres")]
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// The URL for Optuna, without the password.
#[cfg(feature = "postgres")]
pub(crate) fn optuna_url(settings: &PostgresSettings) -> String {
    let (user, mut name) = (
        encoded(&settings.user).replace('/', "%2F"),
        encoded(&settings.database),
    );
    if let Some(rest) = name.strip_suffix('/') {
        name = format!("{rest}%2F");
    }
    let mut options = Vec::new();
    let address = match settings.hosts.as_slice() {
        [host] if !host.is_socket() && !host.name.contains('%') => host.to_string(),
        hosts => {
            let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
            let ports: Vec<String> = hosts.iter().map(|host| host.port.to_string()).collect();
            options.push(format!("host={}", encoded(&names.join(","))));
            options.push(format!("port={}", encoded(&ports.join(","))));
            String::new()
        }
    };
    if let Some(mode) = settings.sslmode {
        options.push(format!("sslmode={}", mode.as_str()));
    }
    if let Some(file) = &settings.sslrootcert {
        options.push(format!(
            "sslrootcert={}",
            encoded(&file.display().to_string())
        ));
    }
    if settings.attributes != SessionAttributes::Any {
        let word = settings.attributes.as_str();
        options.push(format!("target_session_attrs={word}"));
    }
    if let Some(timeout) = settings.connect_timeout {
        options.push(format!("connect_timeout={}", timeout.as_secs()));
    }
    if let Some(schema) = &settings.schema {
        let quoted = schema.replace('"', "\"\"");
        // The server takes its arguments apart at white space.
        let path: String = format!("-csearch_path=\"{quoted}\"")
            .chars()
            .flat_map(|c| {
                let escape = (c == '\\' || c.is_ascii_whitespace()).then_some('\\');
                escape.into_iter().chain([c])
            })
            .collect();
        options.push(format!("options={}", encoded(&path)));
    }
    format!(
        "postgresql+psycopg2://{user}@{address}/{name}{}",
        query(&options)
    )
}

/// The URL of an SQLite file for Optuna.
#[cfg(feature = "sqlite")]
pub(crate) fn sqlite_url(file: &SqliteFile) -> String {
    let path = file.path.display().to_string();
    let mut options = match file.access {
        FileAccess::Create => Vec::new(),
        FileAccess::Write => vec!["mode=rw".to_owned()],
        FileAccess::Read => vec!["mode=ro".to_owned()],
        FileAccess::Immutable => vec!["immutable=1".to_owned()],
    };
    // Python hands SQLite's own options on in SQLite's own URLs, which are decoded once more.
    let path = match options.is_empty() {
        true => path,
        false => format!("file:{}", inner(&path)),
    };
    if let Some(timeout) = file.timeout {
        options.push(format!("timeout={}", timeout.as_secs_f64()));
    }
    if path.starts_with("file:") && file.access != FileAccess::Create {
        options.push("uri=true".to_owned());
    }
    // Only what would be taken for something else: releases of SQLAlchemy before 2.1 decode nothing.
    let path = path.replace('%', "%25").replace('?', "%3F");
    format!("sqlite:///{path}{}", query(&options))
}

/// A path in an SQLite URL.
#[cfg(feature = "sqlite")]
fn inner(path: &str) -> String {
    path.replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23")
}

fn query(options: &[String]) -> String {
    match options {
        [] => String::new(),
        options => format!("?{}", options.join("&")),
    }
}
