//! From the driver's errors to ours: what failed, whose fault it is, and whether to try again.

use std::io;

use crate::error::{ConnectReason, Error, SchemaReason};

/// Classes and codes of SQLSTATE after which the same statement may succeed: connection lost,
/// conflict with another transaction, server busy, starting or stopping.
const TRANSIENT: &[&str] = &[
    "08", "40001", "40P01", "53300", "55P03", "57P01", "57P02", "57P03",
];

/// An error of `op`, of the database `target`.
pub(crate) fn storage(op: &'static str, target: &str, error: sqlx::Error) -> Error {
    match code(&error).as_deref() {
        Some("42501") => Error::Privilege {
            op,
            source: Box::new(error),
        },
        Some("42P01") => Error::NoTables {
            target: target.to_owned(),
        },
        Some("3F000") => Error::Schema {
            target: target.to_owned(),
            reason: SchemaReason::MissingSchema,
        },
        // SQLite: readonly, notadb, corrupt.
        Some("8" | "776" | "1032" | "1544") => Error::Privilege {
            op,
            source: Box::new(error),
        },
        Some("26" | "11" | "267" | "523" | "779") => Error::Corrupt {
            target: target.to_owned(),
            source: Box::new(error),
        },
        Some("1") if is_missing_table(&error) => Error::NoTables {
            target: target.to_owned(),
        },
        _ if is_busy(&error) => Error::Locked {
            target: target.to_owned(),
            op,
            source: Box::new(error),
        },
        _ => Error::Storage {
            op,
            attempts: 1,
            source: Box::new(error),
        },
    }
}

/// An error of connecting to the database `target`.
pub(crate) fn connect(target: &str, error: sqlx::Error) -> Error {
    let reason = match &error {
        sqlx::Error::Tls(_) => ConnectReason::Tls,
        sqlx::Error::Io(io) if io.to_string().contains("lookup address") => ConnectReason::Dns,
        sqlx::Error::Io(io) => match io.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => ConnectReason::Refused,
            io::ErrorKind::PermissionDenied => ConnectReason::File,
            // The TLS library's errors come this way.
            io::ErrorKind::InvalidData => ConnectReason::Tls,
            _ => ConnectReason::Unavailable,
        },
        sqlx::Error::Database(_) => match code(&error).as_deref() {
            Some("28000" | "28P01") => ConnectReason::Authentication,
            Some("3D000") => ConnectReason::MissingDatabase,
            Some("53300") => ConnectReason::TooManyConnections,
            Some("42501") => ConnectReason::Privilege,
            Some("26" | "11" | "267" | "523" | "779") => {
                return Error::Corrupt {
                    target: target.to_owned(),
                    source: Box::new(error),
                };
            }
            Some("14" | "270" | "526" | "782") => ConnectReason::File,
            _ => ConnectReason::Unavailable,
        },
        _ => ConnectReason::Unavailable,
    };
    Error::Connect {
        target: target.to_owned(),
        reason,
        source: Box::new(error),
    }
}

/// Whether an error boxed by [`storage`] may go away by itself.
pub(crate) fn is_transient(error: &(dyn std::error::Error + 'static)) -> bool {
    let Some(error) = error.downcast_ref::<sqlx::Error>() else {
        return false;
    };
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => {
            code(error).is_some_and(|code| TRANSIENT.iter().any(|prefix| code.starts_with(prefix)))
        }
    }
}

/// Whether another connection keeps an SQLite file locked.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    // SQLSTATE has five characters. Busy and locked have many forms; the low byte tells.
    let number = |code: String| (code.len() < 5).then(|| code.parse::<i32>().ok()).flatten();
    code(error)
        .and_then(number)
        .is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

/// Whether the connection is gone, and with it probably every other one to that server.
#[cfg(feature = "postgres")]
pub(crate) fn is_disconnect(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        _ => code(error).is_some_and(|code| code.starts_with("08") || code.starts_with("57P")),
    }
}

/// Whether another process created the same thing first.
pub(crate) fn is_race(error: &Error) -> bool {
    let source = match error {
        Error::Storage { source, .. } => source,
        _ => return false,
    };
    let Some(error) = source.downcast_ref::<sqlx::Error>() else {
        return false;
    };
    match code(error).as_deref() {
        Some("42P07" | "42710" | "23505" | "42P06") => true,
        // SQLite: "table exists", and a unique row that is there.
        Some("1" | "1555" | "2067") => true,
        _ => false,
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    match error {
        sqlx::Error::Database(database) => database.code().map(std::borrow::Cow::into_owned),
        _ => None,
    }
}

fn is_missing_table(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(database) if database.message().starts_with("no such table"))
}
