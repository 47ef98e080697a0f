//! What settings name: a server's database, or a file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::host::Host;
use super::secret::Secret;
use super::secret_file::SecretFile;
use super::sslmode::SslMode;

/// The database that the settings name.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Postgres(Box<PostgresSettings>),
    #[cfg_attr(
        not(feature = "sqlite"),
        allow(dead_code, reason = "refused without looking")
    )]
    File(SqliteFile),
    Memory,
}

/// A PostgreSQL database and how to reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostgresSettings {
    /// At least one; they are tried in turn.
    pub(crate) hosts: Vec<Host>,
    pub(crate) user: String,
    pub(crate) database: String,
    pub(crate) password: Option<Secret>,
    /// Where the password came from, if it may be another one later.
    pub(crate) password_file: Option<SecretFile>,
    /// `None` where nothing says it.
    pub(crate) sslmode: Option<SslMode>,
    pub(crate) sslrootcert: Option<PathBuf>,
    pub(crate) schema: Option<String>,
    pub(crate) attributes: SessionAttributes,
    /// How long connecting to one host may take.
    pub(crate) connect_timeout: Option<Duration>,
}

impl PostgresSettings {
    pub(crate) fn new(hosts: Vec<Host>, user: String, database: String) -> Self {
        Self {
            hosts,
            user,
            database,
            password: None,
            password_file: None,
            sslmode: None,
            sslrootcert: None,
            schema: None,
            attributes: SessionAttributes::Any,
            connect_timeout: None,
        }
    }

    /// The file of certificates to trust; none where those of the system are.
    pub(crate) fn root_file(&self) -> Option<&Path> {
        let file = self.sslrootcert.as_deref();
        file.filter(|file| *file != Path::new(SYSTEM_ROOTS))
    }
}

/// libpq's word for the certificates that the system trusts, in place of a file.
pub(super) const SYSTEM_ROOTS: &str = "system";

/// Which of several hosts will do, libpq's `target_session_attrs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum SessionAttributes {
    /// The first that answers.
    #[default]
    Any,
    /// One that takes writes.
    ReadWrite,
    /// One that is no standby.
    Primary,
}

impl SessionAttributes {
    /// libpq's word for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::ReadWrite => "read-write",
            Self::Primary => "primary",
        }
    }
}

/// An SQLite file and how it may be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "sqlite"),
    allow(dead_code, reason = "refused without looking")
)]
pub(crate) struct SqliteFile {
    pub(crate) path: PathBuf,
    pub(crate) access: FileAccess,
    /// How long a locked file is waited for, where that is said.
    pub(crate) timeout: Option<Duration>,
}

impl From<PathBuf> for SqliteFile {
    fn from(path: PathBuf) -> Self {
        Self {
            path,
            access: FileAccess::Create,
            timeout: None,
        }
    }
}

/// What may be done to a file: SQLite's `mode` and `immutable`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileAccess {
    /// `rwc`: it is made where it is missing.
    Create,
    /// `rw`: it has to be there.
    Write,
    /// `ro`.
    Read,
    /// `immutable=1`: nobody writes to it, so that it is read without locks.
    Immutable,
}

impl FileAccess {
    /// Whether nothing may be written.
    #[cfg(feature = "sqlite")]
    pub(crate) fn is_read_only(self) -> bool {
        matches!(self, Self::Read | Self::Immutable)
    }
}
