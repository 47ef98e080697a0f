//! SQLite: how we open the file, and the operations.
//!
//! Every write is one short `BEGIN IMMEDIATE` transaction: a transaction that reads before it writes
//! would fail at once when another process writes in between. A file that we create is in WAL mode
//! where that works; the mode of any other file stays ([`journal`]).
//! A handle has one connection: SQLite has one writer at a time, and waiting in our own queue is better
//! than waiting for a lock in SQLite's. Numbers are bound one by one and never travel as JSON text, which
//! SQLite may read one unit in the last place off.

mod attributes;
#[cfg(test)]
mod costs;
mod heartbeat;
#[cfg(feature = "cli")]
mod inspect;
mod journal;
mod listing;
mod manage;
mod peer;
mod queue;
#[cfg(feature = "serve")]
mod steps;
mod study;
mod trial;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use chrono::NaiveDateTime;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Sqlite as Driver, Transaction};

use crate::config::{FileAccess, SqliteFile};
use crate::error::{ConnectReason, Error, Result};
use crate::id::StudyId;
use crate::storage::connection::failure;
use crate::storage::connection::pool::{Lease, Pool, Session};
use queue::Queue;

/// How long a statement waits for another process's write. Python gives up after 5 seconds; we keep
/// the file shorter than that and wait longer. What a running trial has to say waits for several of
/// these, as long as for a server.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

/// How Optuna writes a moment.
const DATETIME: &str = "%Y-%m-%d %H:%M:%S%.6f";

pub(crate) struct Sqlite {
    options: SqliteConnectOptions,
    /// Whether the options take the file for one that nobody writes to.
    frozen: bool,
    pool: Pool<SqliteSession>,
    target: String,
    /// `None` for a database in memory.
    file: Option<SqliteFile>,
    queues: Mutex<HashMap<StudyId, Queue>>,
}

struct SqliteSession {
    connection: SqliteConnection,
    frozen: Option<Frozen>,
}

/// A file in WAL mode that nobody had open, and that was read as if nobody ever would: without locks.
struct Frozen {
    file: PathBuf,
    modified: SystemTime,
}

impl Frozen {
    fn new(file: &Path) -> Option<Self> {
        let modified = fs::metadata(file).and_then(|file| file.modified()).ok()?;
        journal::is_closed_wal(file).then(|| Self {
            file: file.to_owned(),
            modified,
        })
    }

    fn holds(&self) -> bool {
        Self::new(&self.file).is_some_and(|now| now.modified == self.modified)
    }
}

impl Session for SqliteSession {
    // The driver does what it does on a thread of its own.
    const IS_LINE: bool = false;

    fn is_current(&self) -> bool {
        self.frozen.as_ref().is_none_or(Frozen::holds)
    }

    async fn ping(&mut self) -> bool {
        // A file does not hang up.
        true
    }

    fn is_in_transaction(&self) -> bool {
        // The driver rolls back what somebody gave up, before the next statement.
        false
    }

    async fn roll_back(&mut self) -> bool {
        true
    }

    async fn close(self) {
        // Merges the log into the file, if nobody else has it open.
        let _ = self.connection.close().await;
    }
}

impl Sqlite {
    /// Opens the file if it is there, so that a damaged one is found at once.
    pub(crate) async fn open(file: SqliteFile) -> Result<Self> {
        let path = &file.path;
        // SQLite would leave files of its own beside one in WAL mode, even where it may only read.
        let sqlite = match file.access {
            FileAccess::Read => Self::frozen(file.clone()),
            _ => Self::at(file.clone(), options(&file), false),
        };
        if !path.is_file() {
            return sqlite.missing(&file).map_or(Ok(sqlite), Err);
        }
        match sqlite.existing_tables(&[]).await {
            Ok(_) => Ok(sqlite),
            // A file in WAL mode where nothing can be written, such as a read-only mount: its helper
            // files cannot be made, and are not needed while nobody writes.
            Err(error) if failure::is_unwritable(&error) && journal::is_closed_wal(path) => {
                let sqlite = Self::frozen(file);
                sqlite.existing_tables(&[]).await?;
                Ok(sqlite)
            }
            Err(error) => Err(error),
        }
    }

    /// Reads a file that nobody writes to. Once somebody does, the next use opens it as any other.
    fn frozen(file: SqliteFile) -> Self {
        let options = options(&file).read_only(true).immutable(true);
        Self::at(file, options, true)
    }

    /// Why a file that is not there will not be made. A folder, or a pipe, which would keep us waiting,
    /// is in its place.
    fn missing(&self, file: &SqliteFile) -> Option<Error> {
        let folder = file.path.parent().filter(|folder| *folder != Path::new(""));
        let reason = if file.path.exists() {
            ConnectReason::File
        } else if folder.is_some_and(|folder| !folder.is_dir()) {
            ConnectReason::MissingFolder
        } else if file.access != FileAccess::Create {
            ConnectReason::MissingFile
        } else {
            return None;
        };
        Some(Error::Connect {
            target: self.target.clone(),
            reason,
            source: format!("there is no file {}", file.path.display()).into(),
        })
    }

    fn at(file: SqliteFile, options: SqliteConnectOptions, frozen: bool) -> Self {
        let target = format!("SQLite file {}", file.path.display());
        Self {
            options,
            frozen,
            pool: Pool::new(1, false),
            target,
            file: Some(file),
            queues: Mutex::default(),
        }
    }

    /// A database that ends with this value.
    pub(crate) fn in_memory() -> Self {
        let options = base().in_memory(true);
        let target = "SQLite database in memory".to_owned();
        Self {
            options,
            frozen: false,
            pool: Pool::new(1, true),
            target,
            file: None,
            queues: Mutex::default(),
        }
    }

    /// A second access with a connection of its own; none to a database in memory.
    pub(crate) fn sibling(&self) -> Option<Self> {
        let file = self.file.as_ref()?;
        Some(Self::at(file.clone(), self.options.clone(), self.frozen))
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    /// For connections of the user's own.
    pub(crate) fn options(&self) -> SqliteConnectOptions {
        match &self.file {
            Some(file) if self.frozen && !journal::is_closed_wal(&file.path) => options(file),
            _ => self.options.clone(),
        }
    }

    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    pub(crate) fn file(&self) -> Option<&SqliteFile> {
        self.file.as_ref()
    }

    async fn lease(&self) -> Result<Lease<'_, SqliteSession>> {
        self.pool
            .lease(|| {
                let (file, target) = (self.file.clone(), self.target.clone());
                let (options, frozen) = (self.options.clone(), self.frozen);
                async move {
                    if file.as_ref().is_some_and(|file| !file.path.exists()) {
                        return Err(Error::NoTables { target });
                    }
                    let file = file.as_ref().filter(|_| frozen);
                    // Before it is opened, so that no change is missed.
                    let frozen = file.and_then(|file| Frozen::new(&file.path));
                    let connection = match file {
                        Some(file) if frozen.is_none() => self::options(file).connect().await,
                        _ => options.connect().await,
                    };
                    let connection =
                        connection.map_err(|error| failure::connect(&target, error))?;
                    Ok(SqliteSession { connection, frozen })
                }
            })
            .await
    }

    /// Ends the use of a connection: it is kept after a success and closed after an error.
    fn settle<T>(
        &self,
        lease: Lease<'_, SqliteSession>,
        op: &'static str,
        result: sqlx::Result<T>,
    ) -> Result<T> {
        match result {
            Ok(value) => {
                lease.done();
                Ok(value)
            }
            Err(error) => {
                lease.failed();
                Err(failure::storage(op, &self.target, error))
            }
        }
    }
}

fn base() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
}

/// How the file is opened. It is not made here.
fn options(file: &SqliteFile) -> SqliteConnectOptions {
    let mut options = at_path(&file.path)
        .read_only(file.access.is_read_only())
        .immutable(file.access == FileAccess::Immutable);
    if let Some(timeout) = file.timeout {
        options = options.busy_timeout(timeout);
    }
    options
}

/// The driver would take a relative path that begins with `file:` for a URL.
fn at_path(path: &Path) -> SqliteConnectOptions {
    match path.is_absolute() {
        true => base().filename(path),
        false => base().filename(Path::new(".").join(path)),
    }
}

async fn write(connection: &mut SqliteConnection) -> sqlx::Result<Transaction<'_, Driver>> {
    connection.begin_with("BEGIN IMMEDIATE").await
}

fn datetime(moment: NaiveDateTime) -> String {
    moment.format(DATETIME).to_string()
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

fn place(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limit itself, with a shorter one than users have.
    #[tokio::test]
    async fn a_file_that_stays_locked_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("studies.db");
        let options = at_path(&file).create_if_missing(true);
        let mut other = options.clone().connect().await.unwrap();
        let lock = write(&mut other).await.unwrap();
        let options = options.busy_timeout(Duration::from_millis(50));
        let sqlite = Sqlite::at(file.into(), options, false);
        let error = sqlite.create_study("s", &[]).await.unwrap_err();
        assert!(error.is_transient(), "{error:?}");
        let text = error.to_string();
        assert!(
            text.contains("studies.db stays locked by another process, so `create_study` failed"),
            "{text}"
        );
        lock.rollback().await.unwrap();
        assert!(
            !sqlite
                .create_study("s", &[])
                .await
                .unwrap_err()
                .is_transient()
        );
    }

    /// It may be a reader without the right to write; others have that.
    #[tokio::test]
    async fn a_file_that_was_taken_for_one_that_nobody_writes_to_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("studies.db");
        let writer = Sqlite::open(file.clone().into()).await.unwrap();
        writer.create_tables(&[]).await.unwrap();
        writer.close().await;
        assert!(journal::is_closed_wal(&file));
        let reader = Sqlite::frozen(file.into());
        assert!(reader.find_study("s").await.unwrap().is_none());
        let error = reader.create_study("s", &[]).await.unwrap_err();
        assert!(matches!(error, Error::Privilege { .. }), "{error:?}");
        // While the writer has it open, and when it has closed it.
        for name in ["s", "t"] {
            assert!(writer.create_study(name, &[]).await.unwrap());
            assert!(reader.find_study(name).await.unwrap().is_some());
            reader.close().await;
            writer.close().await;
            assert!(reader.find_study(name).await.unwrap().is_some());
        }
    }
}
