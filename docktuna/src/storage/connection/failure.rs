//! From the driver's errors to ours: what failed, whose fault it is, and whether to try again.

use std::io;

use crate::error::{ConnectReason, Error, SchemaReason, StorageReason};

/// Classes and codes of SQLSTATE after which a connection is of no use, and a new one may be:
/// connection lost, ended by a limit on idle or long transactions, server starting or stopping, and
/// a server that only reads, as one that another has taken over from.
const LOST: &[&str] = &[
    "08", READ_ONLY, "25P03", "25P04", "57P01", "57P02", "57P03", "57P05",
];

/// Those after which the same statement may succeed in a moment: conflict with another transaction, server busy.
const BUSY: &[&str] = &["40", "55006"];

/// Those of trouble that somebody has to see to, or that ends when others do less: no disk, no memory, a limit that
/// was reached; a lock, or an object in use; a statement that a limit or an operator cancelled; files that cannot be
/// read or written; a fault of the server itself.
///
/// Whole classes, and even codes that seldom pass, such as a file that is missing: waiting in vain costs a running
/// trial five minutes, and not waiting costs its result. Codes that tell of the statement or its data stay out.
const TROUBLE: &[&str] = &["53", "55", "57", "58", "XX"];

/// Those of trouble after which a connection can be used as before.
#[cfg(feature = "postgres")]
const HARMLESS: &[&str] = &["40", "53", "55", "57014", "58"];

const READ_ONLY: &str = "25006";

/// The database was dropped, perhaps to be restored.
const DROPPED: &str = "57P04";

/// Why a statement failed.
fn reason(error: &sqlx::Error) -> StorageReason {
    if let sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed = error {
        return StorageReason::Lost;
    }
    match sqlite(error) {
        Some(5 | 6) => return StorageReason::Busy,
        Some(7) => return StorageReason::OutOfMemory,
        // The disk fails, or the locks of a file do not work.
        Some(10 | 15) => return StorageReason::Io,
        Some(13) => return StorageReason::DiskFull,
        Some(14) => return StorageReason::Unopened,
        Some(_) => return StorageReason::Other,
        None => {}
    }
    let Some(code) = code(error) else {
        return StorageReason::Other;
    };
    match code.as_str() {
        DROPPED => StorageReason::Dropped,
        "53100" => StorageReason::DiskFull,
        "53200" => StorageReason::OutOfMemory,
        "53300" => StorageReason::TooManyConnections,
        "55P03" => StorageReason::Locked,
        "57014" => StorageReason::Cancelled,
        code if is_among(code, LOST) => StorageReason::Lost,
        code if is_among(code, BUSY) => StorageReason::Busy,
        code if code.starts_with("53") => StorageReason::Limit,
        code if code.starts_with("58") => StorageReason::Io,
        code if code.starts_with("XX") => StorageReason::Internal,
        code if is_among(code, TROUBLE) => StorageReason::Unavailable,
        _ => StorageReason::Other,
    }
}

/// Whether a code begins with one of these.
fn is_among(code: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| code.starts_with(prefix))
}

/// Classes of SQLSTATE with which a server refuses a connection that it may take later.
const PASSING: &[&str] = &["08", "25", "40", "53", "55", "57", "58", "XX"];

/// An error of `op`, of the database `target`.
pub(crate) fn storage(op: &'static str, target: &str, error: sqlx::Error) -> Error {
    match code(&error).as_deref() {
        Some("42501") => Error::Privilege {
            op,
            source: Box::new(error),
        },
        Some(READ_ONLY) => Error::ReadOnly {
            target: target.to_owned(),
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
            reason: reason(&error),
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
            Some(code) if may_pass(code) => ConnectReason::Unavailable,
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

/// Whether a server that says this may take the connection later. SQLite's codes are shorter.
fn may_pass(code: &str) -> bool {
    code.len() == 5 && PASSING.iter().any(|class| code.starts_with(class))
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

/// Whether SQLite may only read a file: one of its error codes, whatever its form.
pub(in crate::storage) fn is_read_only_file(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref().and_then(sqlite) == Some(8)
}

/// SQLite's code, if it is its error: most have many forms, of which the low byte tells.
pub(super) fn sqlite(error: &sqlx::Error) -> Option<i32> {
    // SQLSTATE has five characters.
    let code = code(error).filter(|code| code.len() < 5)?;
    code.parse::<i32>().ok().map(|code| code & 0xff)
}

/// Whether the connection is gone, and with it probably every other one to that server.
#[cfg(feature = "postgres")]
pub(crate) fn is_disconnect(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        _ => code(error).is_some_and(|code| is_among(&code, LOST)),
    }
}

/// Whether a connection can be used as before after an error outside a transaction: the server has answered, and
/// goes on.
#[cfg(feature = "postgres")]
pub(crate) fn is_harmless(error: &sqlx::Error) -> bool {
    use sqlx::postgres::{PgDatabaseError, PgSeverity};

    let sqlx::Error::Database(database) = error else {
        return false;
    };
    let said = database.try_downcast_ref::<PgDatabaseError>();
    said.is_some_and(|said| said.severity() == PgSeverity::Error && is_among(said.code(), HARMLESS))
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

pub(super) fn code(error: &sqlx::Error) -> Option<String> {
    match error {
        sqlx::Error::Database(database) => database.code().map(std::borrow::Cow::into_owned),
        _ => None,
    }
}

fn is_missing_table(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(database) if database.message().starts_with("no such table"))
}

#[cfg(test)]
pub(super) mod tests {
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

    pub(crate) fn said(code: &'static str, text: &'static str) -> sqlx::Error {
        sqlx::Error::Database(Box::new(Said(code, text)))
    }

    #[test]
    fn f02_an_error_says_what_to_do() {
        for (code, expected) in [
            ("53100", "the database's disk is full: free space on it"),
            ("57014", "statement_timeout"),
            ("58030", "look at its disk"),
            ("13", "the database's disk is full"),
        ] {
            let text = storage("finish_trial", "", said(code, "said")).to_string();
            assert!(
                text.contains(": said; help: ") && text.contains(expected),
                "{text}"
            );
        }
        let text = storage("finish_trial", "", said("22000", "said")).to_string();
        assert!(text.ends_with("said"), "{text}");
    }

    #[test]
    fn f02_what_passes_is_told_from_trouble_and_from_what_stays() {
        use crate::storage::outlook::Outlook;
        use Outlook::{Elsewhere, Lasting, Passing, Refused, Trouble};
        // Code; how long it may last; whether other connections are lost too.
        for (code, outlook, lost) in [
            ("08006", Passing, true),
            ("08P01", Passing, true),
            ("25006", Elsewhere, true),
            ("25P03", Passing, true),
            ("57P01", Passing, true),
            ("57P02", Passing, true),
            ("57P03", Passing, true),
            ("57P05", Passing, true),
            ("40001", Passing, false),
            ("40003", Passing, false),
            ("40P01", Passing, false),
            ("53300", Passing, false),
            ("55006", Passing, false),
            ("55P03", Passing, false),
            ("53100", Trouble, false),
            ("53200", Trouble, false),
            ("53400", Trouble, false),
            ("55000", Trouble, false),
            ("57014", Trouble, false),
            ("58030", Trouble, false),
            ("58P01", Trouble, false),
            ("XX000", Trouble, false),
            ("57P04", Refused, false),
            ("25P02", Lasting, false),
            ("23505", Lasting, false),
            ("42P01", Lasting, false),
            ("42501", Lasting, false),
            ("P0001", Lasting, false),
            // SQLite: locked; a full disk; a disk that fails, in two of its forms; a damaged file; a constraint.
            ("5", Passing, false),
            ("13", Trouble, false),
            ("778", Trouble, false),
            ("5386", Trouble, false),
            ("11", Lasting, false),
            ("1555", Lasting, false),
        ] {
            assert_eq!(
                Outlook::of(&storage("op", "", said(code, ""))),
                outlook,
                "{code}"
            );
            #[cfg(feature = "postgres")]
            assert_eq!(is_disconnect(&said(code, "")), lost, "{code}");
            let _ = lost;
        }
        let cut = sqlx::Error::Io(io::ErrorKind::ConnectionReset.into());
        assert_eq!(Outlook::of(&storage("op", "", cut)), Passing);
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

    #[test]
    fn f05_what_is_no_answer_of_a_server_is_told_from_silence() {
        let protocol = |text: &str| sqlx::Error::Protocol(text.to_owned());
        let silent = io::Error::from(io::ErrorKind::TimedOut);
        let long = io::Error::from(io::ErrorKind::InvalidInput);
        let pem = sqlx::Error::Configuration("no keys found pem file".into());
        let asked = "unexpected response from SSLRequest: 0x";
        for (error, expected, transient) in [
            (sqlx::Error::Io(silent), ConnectReason::Unavailable, true),
            (sqlx::Error::Io(long), ConnectReason::Other, false),
            (pem, ConnectReason::Other, false),
            (
                protocol("unsupported authentication method: Gss"),
                ConnectReason::Other,
                false,
            ),
            (protocol(&format!("{asked}48")), ConnectReason::Other, false),
            (
                protocol(&format!("{asked}45")),
                ConnectReason::Unavailable,
                true,
            ),
            (
                protocol("expected SASLFinal"),
                ConnectReason::Unavailable,
                true,
            ),
            (sqlx::Error::RowNotFound, ConnectReason::Other, false),
            (said("57P03", ""), ConnectReason::Unavailable, true),
            (said("53200", ""), ConnectReason::Unavailable, true),
            (said("58030", ""), ConnectReason::Unavailable, true),
            (said("XX000", ""), ConnectReason::Unavailable, true),
            (said("22023", ""), ConnectReason::Other, false),
            (said("0A000", ""), ConnectReason::Other, false),
            (said("2570", ""), ConnectReason::Other, false),
        ] {
            let shown = error.to_string();
            let error = connect("", error);
            assert_eq!(error.is_transient(), transient, "{shown}");
            match error {
                Error::Connect { reason, .. } => assert_eq!(reason, expected, "{shown}"),
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(connect("", said("5", "")), Error::Locked { .. }));
    }

    #[test]
    fn f35_a_character_of_the_password_is_not_shown() {
        let driver = "Failed to saslprep password: Error(ProhibitedCharacter('\\u{1f600}'))";
        let error = connect("", sqlx::Error::Configuration(driver.into()));
        let text = format!("{error} {error:?}");
        assert!(!error.is_transient() && !text.contains("1f600"), "{text}");
    }
}
