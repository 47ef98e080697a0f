//! The reasons of errors whose variant has several causes.

use std::fmt;

/// Why no connection could be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectReason {
    /// The host's name is unknown.
    Dns,
    /// No server listens at this address.
    Refused,
    /// The encrypted connection failed.
    Tls,
    /// The server does not accept this user and password.
    Authentication,
    /// The server has no such database.
    MissingDatabase,
    /// The server has no connection left.
    TooManyConnections,
    /// The role may not connect to this database.
    Privilege,
    /// The password or the user's name holds characters that the driver cannot send.
    Credentials,
    /// None of the hosts satisfies `target_session_attrs`.
    Session,
    /// The file cannot be opened.
    File,
    /// The folder of the file does not exist.
    MissingFolder,
    /// The file does not exist, and its URL does not allow creating it.
    MissingFile,
    /// Another reason; the source of the error has it.
    Other,
    /// The server is starting, stopping or unreachable.
    Unavailable,
}

impl ConnectReason {
    /// Whether the same call may succeed later without a change.
    pub(super) const fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Dns
                | Self::Refused
                | Self::TooManyConnections
                | Self::Session
                | Self::Unavailable
        )
    }
}

impl fmt::Display for ConnectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "the host name cannot be resolved; help: check OPTUNA_DB_HOST",
            Self::Refused => {
                "no server listens there; help: start the server, or check OPTUNA_DB_HOST and \
                 OPTUNA_DB_PORT"
            }
            Self::Tls => {
                "the encrypted connection failed; help: check OPTUNA_DB_SSLMODE and \
                 OPTUNA_DB_SSLROOTCERT"
            }
            Self::Authentication => {
                "the server refused the user or the password; help: check OPTUNA_DB_USER and the \
                 password's secret file"
            }
            Self::MissingDatabase => {
                "the server has no such database; help: create it, or check OPTUNA_DB_NAME"
            }
            Self::TooManyConnections => {
                "the server has no connection left; help: run fewer workers, or raise its \
                 max_connections"
            }
            Self::Privilege => "the role may not connect to this database; help: grant it CONNECT",
            Self::Credentials => {
                "the password or the user's name holds a character that the driver cannot prepare for \
                 SCRAM: a control character such as a tab, an emoji or another that is newer than \
                 Unicode 3.2, or letters of right-to-left scripts beside others; help: change the \
                 password"
            }
            Self::Session => {
                "no host satisfies target_session_attrs; help: check the hosts, or remove the option"
            }
            Self::MissingFolder => "its folder does not exist; help: create it, or check the path",
            Self::MissingFile => {
                "there is no such file, and its URL does not allow creating it; help: check the path, or \
                 remove `mode`"
            }
            Self::Other => "the connection cannot be opened",
            Self::File => "the file cannot be opened; help: check the path and its permissions",
            Self::Unavailable => "the server did not answer; help: try again when it is up",
        })
    }
}

/// Why a database operation failed, as far as the error code tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageReason {
    /// The connection was lost, or the server is starting or stopping.
    Lost,
    /// The operation conflicted with another transaction.
    Busy,
    /// The server has no connection left.
    TooManyConnections,
    /// Another session keeps rows locked.
    Locked,
    /// The disk is full.
    DiskFull,
    /// There is no memory left.
    OutOfMemory,
    /// Another limit of the server was reached.
    Limit,
    /// An operator or `statement_timeout` cancelled the statement.
    Cancelled,
    /// Files cannot be read or written.
    Io,
    /// A file, or one beside it, cannot be opened.
    Unopened,
    /// The server has an internal error.
    Internal,
    /// The server is in another temporary state.
    Unavailable,
    /// The database was dropped while it was in use.
    Dropped,
    /// Another reason; the source of the error has it.
    Other,
}

impl StorageReason {
    /// What to do about it, if the cause alone does not tell.
    #[must_use]
    pub const fn advice(self) -> Option<&'static str> {
        Some(match self {
            Self::TooManyConnections => {
                "the server has no connection left: run fewer workers, or raise its max_connections"
            }
            Self::Locked => "another session keeps the rows locked: end its transaction",
            Self::DiskFull => "the database's disk is full: free space on it",
            Self::OutOfMemory => {
                "the database's machine is out of memory: find out what uses it there"
            }
            Self::Limit => "a limit of the server was reached: raise it",
            Self::Cancelled => {
                "the statement was cancelled, by an operator or by statement_timeout: raise the \
                 timeout if it is too short"
            }
            Self::Io => "the database cannot read or write its files: look at its disk and its log",
            Self::Unopened => {
                "the file, or one beside it, cannot be opened: look at its folder's rights"
            }
            Self::Internal => {
                "the server has an internal error, perhaps damaged data: look at its log"
            }
            Self::Lost | Self::Busy | Self::Unavailable | Self::Dropped | Self::Other => {
                return None;
            }
        })
    }

    /// Whether the same call may succeed later without a change.
    pub(super) const fn is_transient(self) -> bool {
        !matches!(self, Self::Dropped | Self::Other)
    }
}

/// Why the tables of a database cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaReason {
    /// An older release of Optuna wrote them.
    Older(String),
    /// A newer release of Optuna wrote them.
    Newer(String),
    /// Another program's migrations are recorded in this database.
    Foreign(String),
    /// Some tables are there and others are not.
    Incomplete(Vec<String>),
    /// The PostgreSQL schema for the tables does not exist.
    MissingSchema,
}

impl fmt::Display for SchemaReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Older(revision) => write!(
                f,
                "its schema {revision} is older than v3.2.0.a; help: back it up, then run `optuna \
                 storage upgrade`"
            ),
            Self::Newer(revision) => write!(
                f,
                "its schema {revision} is newer than v3.2.0.a; help: use a newer docktuna"
            ),
            Self::Foreign(revision) => write!(
                f,
                "its alembic_version is {revision:?}, which is not Optuna's; help: give Optuna a \
                 separate database, or a schema of its own with OPTUNA_DB_SCHEMA"
            ),
            Self::MissingSchema => f.write_str(
                "no schema of its search path exists; help: CREATE SCHEMA, or check \
                 OPTUNA_DB_SCHEMA",
            ),
            Self::Incomplete(missing) => write!(
                f,
                "it lacks the tables {}; help: open it once with Python's Optuna, or use an empty \
                 database",
                missing.join(", ")
            ),
        }
    }
}

/// Everything that is wrong with the settings, in one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsReport {
    pub(crate) problems: Vec<String>,
}

impl SettingsReport {
    /// One sentence for each problem: the setting, what is wrong, and where it was looked for.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for SettingsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the database settings cannot be used: {}",
            self.problems.join("; ")
        )
    }
}
