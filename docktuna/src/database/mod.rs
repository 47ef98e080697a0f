//! The handle to an Optuna database.

mod builder;
mod counters;
mod heart;
mod last_words;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::NaiveDateTime;
use tokio::runtime::{Handle, Id};
use tokio::sync::{OnceCell, watch};
use tokio::task::JoinHandle;
use tokio::time;

pub use builder::{DatabaseBuilder, optuna_db};
pub(crate) use counters::Counters;
pub(crate) use heart::{Beat, Heart, Pulse, Ward};

use crate::config::{Target, resolve_url};
use crate::error::{Error, Result};
use crate::id::{StateCounts, StudyId};
use crate::lock::lock;
use crate::near::near_names;
use crate::space::Direction;
use crate::storage::{Storage, StudyRow, Summary};
use last_words::LastWords;

/// How many connections one handle opens at most, unless the builder says otherwise.
const CONNECTIONS: usize = 8;

/// How long `close` waits for work on other runtimes, which may never run again.
const FOREIGN: Duration = Duration::from_secs(5);

type Background = Vec<(Id, JoinHandle<()>)>;

/// A PostgreSQL database or SQLite file that holds Optuna studies.
///
/// A handle is cheap to clone and may be used from many tasks at once. It opens connections when they are
/// needed: at most 8 unless [`DatabaseBuilder::max_connections`] says otherwise, and one to an SQLite
/// file. It uses no connection while an objective runs.
///
/// ```
/// # async fn example() -> docktuna::Result<()> {
/// use docktuna::{OptunaDatabase, Tunable};
///
/// #[derive(Tunable)]
/// struct Train {
///     #[tune(range = 1e-5..=1e-1, log)]
///     lr: f64,
/// }
///
/// let db = OptunaDatabase::in_memory();
/// let study = db.study::<Train>("sentiment").await?;
/// study.optimize(|config, _| async move { Ok((config.lr - 0.01).abs()) }).trials(10).run().await?;
/// assert_eq!(db.study_count().await?, 1);
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct OptunaDatabase {
    storage: Arc<Storage>,
    origin: Arc<str>,
    pool: Arc<OnceCell<Pool>>,
    /// What goes on beside callers, and on which runtime.
    background: Arc<Mutex<Background>>,
    last_words: Arc<LastWords>,
    /// How often the handle was closed.
    closed: Arc<watch::Sender<u64>>,
    /// None where heartbeats are off.
    heart: Option<Arc<Heart>>,
}

/// A pool of the driver's connections, for your own statements.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Pool {
    /// A pool of PostgreSQL connections.
    #[cfg(feature = "postgres")]
    Postgres(sqlx::PgPool),
    /// A pool of SQLite connections.
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::SqlitePool),
}

/// A summary of a study.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StudySummary {
    /// Its row.
    pub id: StudyId,
    /// Its name.
    pub name: String,
    /// The direction of each objective.
    pub directions: Vec<Direction>,
    /// Its trials by state.
    pub trials: StateCounts,
    /// The value of its best complete and feasible trial. `None` if there is no such trial, or if there
    /// are several objectives.
    pub best_value: Option<f64>,
    /// When its first trial started, in UTC.
    pub datetime_start: Option<NaiveDateTime>,
}

impl From<Summary> for StudySummary {
    fn from(summary: Summary) -> Self {
        Self {
            id: summary.study.id,
            name: summary.study.name,
            directions: summary.study.directions,
            trials: summary.trials,
            best_value: summary.best_value,
            datetime_start: summary.started,
        }
    }
}

impl OptunaDatabase {
    /// The database that the environment, a `.env` file and secret files name.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] with everything that is missing; [`Error::Connect`] if the database
    /// cannot be reached.
    pub async fn from_env() -> Result<Self> {
        Self::builder().from_env().connect().await
    }

    /// The database that the settings name or, if no setting names one, the SQLite file `file`.
    /// Incomplete settings are an error.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env), except that it is no error if no setting names a database.
    pub async fn from_env_or_sqlite(file: impl AsRef<Path>) -> Result<Self> {
        Self::builder().from_env().or_sqlite(file).connect().await
    }

    /// A builder for settings from code.
    #[must_use]
    pub fn builder() -> DatabaseBuilder {
        DatabaseBuilder::default()
    }

    /// The database behind a URL in one of Optuna's forms: `postgresql://user:password@host/name`,
    /// `postgresql+psycopg2://…`, `sqlite:///file.db`. Several hosts are separated by commas and tried in
    /// turn. Options are those of libpq and SQLAlchemy. An option without an effect here is ignored with
    /// a warning, and any other unknown option is refused by its name.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] if the URL cannot be read; [`Error::Connect`] if the database cannot be
    /// reached.
    pub async fn connect(url: &str) -> Result<Self> {
        let (target, pulse) = (resolve_url(url)?, Some(Pulse::default()));
        Self::open(target, "from a URL given in code", CONNECTIONS, pulse).await
    }

    /// The SQLite file `file`, which the first study creates if it is missing.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the file is not an SQLite database; [`Error::Connect`] if it cannot be
    /// opened.
    #[cfg(feature = "sqlite")]
    pub async fn sqlite(file: impl AsRef<Path>) -> Result<Self> {
        let target = Target::File(file.as_ref().to_owned().into());
        let pulse = Some(Pulse::default());
        Self::open(target, "from a path given in code", CONNECTIONS, pulse).await
    }

    /// A database in memory, which exists until the last clone of this handle is dropped.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn in_memory() -> Self {
        Self::new(
            Storage::Sqlite(Box::new(crate::storage::Sqlite::in_memory())),
            "made in code",
            None,
        )
    }

    fn new(storage: Storage, origin: &str, pulse: Option<Pulse>) -> Self {
        Self {
            storage: Arc::new(storage),
            origin: origin.into(),
            pool: Arc::default(),
            background: Arc::default(),
            last_words: Arc::default(),
            closed: Arc::default(),
            heart: pulse.map(|pulse| Arc::new(Heart::new(pulse))),
        }
    }

    async fn open(
        target: Target,
        origin: &str,
        connections: usize,
        pulse: Option<Pulse>,
    ) -> Result<Self> {
        // A database in memory ends with its only process.
        #[cfg(feature = "sqlite")]
        let pulse = pulse.filter(|_| !matches!(target, Target::Memory));
        let storage = match target {
            #[cfg(feature = "postgres")]
            Target::Postgres(settings) => Storage::Postgres(Box::new(
                crate::storage::Postgres::connect(*settings, connections).await?,
            )),
            #[cfg(feature = "sqlite")]
            Target::File(file) => {
                Storage::Sqlite(Box::new(crate::storage::Sqlite::open(file).await?))
            }
            #[cfg(feature = "sqlite")]
            Target::Memory => Storage::Sqlite(Box::new(crate::storage::Sqlite::in_memory())),
            #[cfg(not(all(feature = "postgres", feature = "sqlite")))]
            other => {
                let _ = (other, connections);
                return Err(crate::config::report(vec![
                    "the settings name a kind of database that this program was built without; \
                     help: enable the feature `postgres` or `sqlite` of docktuna"
                        .to_owned(),
                ]));
            }
        };
        Ok(Self::new(storage, origin, pulse))
    }

    /// Waits until the ends of dropped trials and cancelled asks are written, and closes the connections
    /// that no call is using.
    ///
    /// Without it, connections end with the process. The newest trials of an SQLite file are then in a
    /// log beside it (`-wal`): every reader of the file finds them, but a copy of the file alone does not
    /// contain them. Work that began on another runtime is waited for a few seconds, while that runtime
    /// exists.
    pub async fn close(&self) {
        self.closed.send_modify(|closed| *closed += 1);
        let own = Handle::try_current().ok().map(|runtime| runtime.id());
        let patience = time::Instant::now() + FOREIGN;
        // One by one, because what ends may leave a trial whose end has to be written.
        while let Some((runtime, task)) = self.next_background() {
            // A task that panicked has said so, and one that ended with its runtime has no more to say.
            if Some(runtime) == own {
                let _ = task.await;
            } else if time::timeout_at(patience, task).await.is_err() {
                tracing::warn!("work on another runtime does not end");
            }
        }
        self.last_words.written().await;
        if let Some(heart) = &self.heart {
            heart.close().await;
        }
        self.storage.close().await;
    }

    /// Runs something beside the caller; [`close`](Self::close) waits for it.
    pub(crate) fn spawn_on(
        &self,
        runtime: &Handle,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        // Before the lock: a runtime that has ended drops it here and now.
        let task = runtime.spawn(task);
        let mut background = self.background();
        background.retain(|(_, task)| !task.is_finished());
        background.push((runtime.id(), task));
    }

    fn next_background(&self) -> Option<(Id, JoinHandle<()>)> {
        self.background().pop()
    }

    fn background(&self) -> MutexGuard<'_, Background> {
        lock(&self.background)
    }

    /// Changes when the handle is closed.
    pub(crate) fn closing(&self) -> watch::Receiver<u64> {
        self.closed.subscribe()
    }

    /// Writes something of a trial from a thread that no runtime of the caller's is needed for. `write` gets
    /// a connection of its own, where the database has more than one.
    pub(crate) fn write_beside<F>(&self, write: impl FnOnce(Arc<Storage>) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.last_words.write(&self.storage, write);
    }

    pub(crate) fn heart(&self) -> Option<&Heart> {
        self.heart.as_deref()
    }

    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }

    /// A text that says which database this is and why it was chosen.
    #[must_use]
    pub fn description(&self) -> String {
        format!("{} ({})", self.storage.target(), self.origin)
    }

    /// The URL for Optuna and its dashboard, without the password. Python takes the password from
    /// `PGPASSWORD` or a password file. `None` for a database in memory.
    #[must_use]
    pub fn optuna_url(&self) -> Option<String> {
        match &*self.storage {
            #[cfg(feature = "postgres")]
            Storage::Postgres(postgres) => Some(crate::config::optuna_url(postgres.settings())),
            #[cfg(feature = "sqlite")]
            Storage::Sqlite(sqlite) => sqlite.file().map(crate::config::sqlite_url),
        }
    }

    /// The role that connects; `None` for SQLite.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        match &*self.storage {
            #[cfg(feature = "postgres")]
            Storage::Postgres(postgres) => Some(&postgres.settings().user),
            #[cfg(feature = "sqlite")]
            Storage::Sqlite(_) => None,
        }
    }

    /// Where the password comes from.
    #[cfg(feature = "cli")]
    pub(crate) fn password_source(&self) -> String {
        match &*self.storage {
            Storage::Postgres(postgres) => {
                let settings = postgres.settings();
                match (&settings.password_file, &settings.password) {
                    (Some(file), _) => format!("from {file}"),
                    (None, Some(_)) => "from a setting".to_owned(),
                    (None, None) => "none".to_owned(),
                }
            }
            Storage::Sqlite(_) => "a file needs none".to_owned(),
        }
    }

    /// The database's name. It is the file for SQLite, and empty for a database in memory.
    #[must_use]
    pub fn db_name(&self) -> String {
        match &*self.storage {
            #[cfg(feature = "postgres")]
            Storage::Postgres(postgres) => postgres.settings().database.clone(),
            #[cfg(feature = "sqlite")]
            Storage::Sqlite(sqlite) => sqlite
                .file()
                .map(|file| file.path.display().to_string())
                .unwrap_or_default(),
        }
    }

    /// The server's host, or the first of several hosts. `None` for SQLite.
    #[must_use]
    pub fn hostname(&self) -> Option<&str> {
        match &*self.storage {
            #[cfg(feature = "postgres")]
            Storage::Postgres(postgres) => {
                let first = postgres.settings().hosts.first();
                first.map(|host| host.name.as_str())
            }
            #[cfg(feature = "sqlite")]
            Storage::Sqlite(_) => None,
        }
    }

    /// A pool for your own statements, created at the first call. Studies do not use it. `None` for a
    /// database in memory, which a second connection could not see.
    ///
    /// Its connections are the driver's, without changes: a transaction has the default isolation level
    /// of the role, the database or the server. If the password comes from a file, each call reads the
    /// file again.
    ///
    /// A proxy that pools by transaction keeps no prepared statements. Behind such a proxy use
    /// [`sqlx::raw_sql`], or a transaction with [`persistent(false)`](sqlx::query::Query::persistent) on
    /// each query.
    pub async fn pool(&self) -> Option<&Pool> {
        #[cfg(feature = "sqlite")]
        if let Storage::Sqlite(sqlite) = &*self.storage
            && sqlite.file().is_none()
        {
            return None;
        }
        let pool = self.pool.get_or_init(async || match &*self.storage {
            #[cfg(feature = "postgres")]
            Storage::Postgres(postgres) => {
                Pool::Postgres(sqlx::PgPool::connect_lazy_with(postgres.options()))
            }
            #[cfg(feature = "sqlite")]
            Storage::Sqlite(sqlite) => {
                Pool::Sqlite(sqlx::SqlitePool::connect_lazy_with(sqlite.options()))
            }
        });
        let pool = pool.await;
        match (pool, &*self.storage) {
            #[cfg(feature = "postgres")]
            (Pool::Postgres(pool), Storage::Postgres(postgres)) => {
                // Its password may be another one than at the first call.
                pool.set_connect_options(postgres.options());
            }
            #[cfg(feature = "sqlite")]
            _ => {}
        }
        Some(pool)
    }

    /// The number of studies.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn study_count(&self) -> Result<usize> {
        self.storage.count_studies().await
    }

    /// Whether there is a study called `name`.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn contains_study(&self, name: &str) -> Result<bool> {
        Ok(self.storage.find_study(name).await?.is_some())
    }

    /// A summary of every study, in the order in which the studies were created. This is one query, in
    /// which the database counts trials and compares their values.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn study_summaries(&self) -> Result<Vec<StudySummary>> {
        let summaries = self.storage.summaries(None).await?;
        Ok(summaries.into_iter().map(StudySummary::from).collect())
    }

    /// A summary of the study `name`.
    ///
    /// # Errors
    ///
    /// [`Error::StudyNotFound`] with names that look like it.
    pub async fn study_summary(&self, name: &str) -> Result<StudySummary> {
        let row = self.existing(name).await?;
        match self.storage.summaries(Some(row.id)).await?.pop() {
            Some(summary) => Ok(summary.into()),
            // It was deleted since.
            None => Err(Error::StudyNotFound {
                name: row.name,
                near: Vec::new(),
            }),
        }
    }

    /// The row of a study that has to exist.
    pub(crate) async fn existing(&self, name: &str) -> Result<StudyRow> {
        match self.storage.find_study(name).await? {
            Some(row) => Ok(row),
            None => {
                let names = self.storage.study_names().await?;
                let near = near_names(name, names.iter().map(String::as_str));
                Err(Error::StudyNotFound {
                    name: name.to_owned(),
                    near,
                })
            }
        }
    }
}
