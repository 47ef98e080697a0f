//! From the driver's errors to ours: what failed, whose fault it is, and whether to try again.

use std::io;

use crate::error::{ConnectReason, Error, SchemaReason};

/// Classes and codes of SQLSTATE after which a connection is of no use, and a new one may be:
/// connection lost, ended by a limit on idle or long transactions, server starting or stopping, and
/// a server that only reads, as one that another has taken over from.
const LOST: &[&str] = &[
    "08", "25006", "25P03", "25P04", "57P01", "57P02", "57P03", "57P05",
];

/// Those after which the same statement may succeed: conflict with another transaction, server busy.
const BUSY: &[&str] = &["40001", "40P01", "53300", "55P03"];

/// Classes of SQLSTATE with which a server refuses a connection that it may take later.
const PASSING: &[&str] = &["08", "25", "40", "53", "55", "57", "58", "XX"];

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
        sqlx::Error::Configuration(driver)
            if driver.to_string().starts_with("Failed to saslprep") =>
        {
            // The driver's own text shows a character of it.
            return Error::Connect {
                target: target.to_owned(),
                reason: ConnectReason::Credentials,
                source: "it cannot be prepared as RFC 4013 asks".into(),
            };
        }
        sqlx::Error::Tls(_) => ConnectReason::Tls,
        sqlx::Error::Io(io) if io.to_string().contains("lookup address") => ConnectReason::Dns,
        sqlx::Error::Io(io) => match io.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => ConnectReason::Refused,
            io::ErrorKind::PermissionDenied => ConnectReason::File,
            // The TLS library's errors come this way.
            io::ErrorKind::InvalidData => ConnectReason::Tls,
            // The path of a socket is too long.
            io::ErrorKind::InvalidInput => ConnectReason::Other,
            _ => ConnectReason::Unavailable,
        },
        sqlx::Error::Database(_) => match code(&error).as_deref() {
            Some("28000" | "28P01") => ConnectReason::Authentication,
            Some("3D000") => ConnectReason::MissingDatabase,
            Some("53300") => ConnectReason::TooManyConnections,
            Some("42501") => ConnectReason::Privilege,
            Some("08P01") => of_proxy(&error.to_string()),
            Some("26" | "11" | "267" | "523" | "779") => {
                return Error::Corrupt {
                    target: target.to_owned(),
                    source: Box::new(error),
                };
            }
            Some("14" | "270" | "526" | "782") => ConnectReason::File,
            Some(code) if PASSING.iter().any(|class| code.starts_with(class)) => {
                ConnectReason::Unavailable
            }
            _ if is_busy(&error) => {
                return Error::Locked {
                    target: target.to_owned(),
                    op: "open",
                    source: Box::new(error),
                };
            }
            _ => ConnectReason::Other,
        },
        sqlx::Error::Protocol(text) if is_lasting(text) => ConnectReason::Other,
        sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => ConnectReason::Unavailable,
        _ => ConnectReason::Other,
    };
    Error::Connect {
        target: target.to_owned(),
        reason,
        source: Box::new(error),
    }
}

/// Whether what the driver did not understand stays so: it cannot do what the server asks for, or there
/// is no PostgreSQL server. One that is overloaded answers `E` to the question for encryption.
fn is_lasting(text: &str) -> bool {
    text.starts_with("unsupported") || (text.contains("SSLRequest") && !text.ends_with("0x45"))
}

/// Why a proxy such as pgbouncer refuses a connection: older ones tell by the text alone.
fn of_proxy(text: &str) -> ConnectReason {
    let says = |part| text.contains(part);
    if says("authentication failed") || says("no such user") {
        ConnectReason::Authentication
    } else if says("no such database") || (says("database") && says("does not exist")) {
        ConnectReason::MissingDatabase
    } else if says("no more connections") || says("too many") {
        ConnectReason::TooManyConnections
    } else {
        ConnectReason::Unavailable
    }
}

/// Whether an error boxed by [`storage`] may go away by itself.
pub(crate) fn is_transient(error: &(dyn std::error::Error + 'static)) -> bool {
    let Some(error) = error.downcast_ref::<sqlx::Error>() else {
        return false;
    };
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => code(error).is_some_and(|code| {
            let mut known = LOST.iter().chain(BUSY);
            known.any(|prefix| code.starts_with(prefix))
        }),
    }
}

/// Whether another connection keeps an SQLite file locked.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    matches!(sqlite(error), Some(5 | 6))
}

/// Whether SQLite may not write to a file, or cannot open it or one beside it.
#[cfg(feature = "sqlite")]
pub(crate) fn is_unwritable(error: &Error) -> bool {
    let (Error::Connect { source, .. }
    | Error::Privilege { source, .. }
    | Error::Storage { source, .. }) = error
    else {
        return false;
    };
    let error = source.downcast_ref::<sqlx::Error>();
    matches!(error.and_then(sqlite), Some(8 | 14))
}

/// SQLite's code, if it is its error: most have many forms, of which the low byte tells.
fn sqlite(error: &sqlx::Error) -> Option<i32> {
    // SQLSTATE has five characters.
    let code = code(error).filter(|code| code.len() < 5)?;
    code.parse::<i32>().ok().map(|code| code & 0xff)
}

/// Whether the connection is gone, and with it probably every other one to that server.
#[cfg(feature = "postgres")]
pub(crate) fn is_disconnect(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        _ => code(error).is_some_and(|code| LOST.iter().any(|prefix| code.starts_with(prefix))),
    }
}

/// Whether the role lacks a right.
#[cfg(feature = "postgres")]
pub(crate) fn is_privilege(error: &sqlx::Error) -> bool {
    code(error).as_deref() == Some("42501")
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

#[cfg(test)]
mod tests {
    use std::error::Error as StdError;
    use std::{borrow::Cow, fmt};

    use sqlx::error::{DatabaseError, ErrorKind};

    use super::*;

    /// What a server says, as the driver hands it on.
    #[derive(Debug)]
    struct Said(&'static str, &'static str);

    impl fmt::Display for Said {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.1)
        }
    }

    impl StdError for Said {}

    impl DatabaseError for Said {
        fn message(&self) -> &str {
            self.1
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    fn said(code: &'static str, text: &'static str) -> sqlx::Error {
        sqlx::Error::Database(Box::new(Said(code, text)))
    }

    #[test]
    fn what_may_go_away_by_itself_is_told_from_what_may_not() {
        // Code; whether to try again; whether other connections are lost too.
        for (code, again, lost) in [
            ("08006", true, true),
            ("08P01", true, true),
            ("25006", true, true),
            ("25P03", true, true),
            ("57P01", true, true),
            ("57P02", true, true),
            ("57P03", true, true),
            ("57P05", true, true),
            ("40001", true, false),
            ("40P01", true, false),
            ("53300", true, false),
            ("55P03", true, false),
            ("57P04", false, false),
            ("57014", false, false),
            ("25P02", false, false),
            ("23505", false, false),
            ("42P01", false, false),
            ("42501", false, false),
            ("53100", false, false),
            // SQLite: a full disk.
            ("13", false, false),
        ] {
            assert_eq!(is_transient(&said(code, "")), again, "{code}");
            #[cfg(feature = "postgres")]
            assert_eq!(is_disconnect(&said(code, "")), lost, "{code}");
            let _ = lost;
        }
        let cut = sqlx::Error::Io(io::ErrorKind::ConnectionReset.into());
        assert!(is_transient(&cut));
        // SQLite: busy, a snapshot that is too old, locked in a shared cache.
        assert!(
            ["5", "517", "262"]
                .iter()
                .all(|code| is_busy(&said(code, "")))
        );
        assert!(!is_busy(&said("25006", "")) && !is_busy(&said("13", "")));
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn a_file_that_cannot_be_written_is_told_from_one_that_is_locked() {
        for (code, unwritable) in [
            ("8", true),
            ("1544", true),
            ("14", true),
            ("270", true),
            ("5", false),
            ("517", false),
            ("11", false),
            ("10", false),
            ("25006", false),
        ] {
            let errors = [
                storage("op", "", said(code, "")),
                connect("", said(code, "")),
            ];
            for error in errors {
                assert_eq!(is_unwritable(&error), unwritable, "{code}: {error:?}");
            }
        }
    }

    #[test]
    fn a_proxys_refusals_are_told_apart() {
        for (text, expected) in [
            ("SASL authentication failed", ConnectReason::Authentication),
            (
                "database \"a\" does not exist",
                ConnectReason::MissingDatabase,
            ),
            (
                "no more connections allowed (max_client_conn)",
                ConnectReason::TooManyConnections,
            ),
            ("query_wait_timeout", ConnectReason::Unavailable),
        ] {
            match connect("", said("08P01", text)) {
                Error::Connect { reason, .. } => assert_eq!(reason, expected, "{text}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
