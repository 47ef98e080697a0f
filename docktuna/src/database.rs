//! The handle to an Optuna database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDateTime;
#[cfg(feature = "postgres")]
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::OnceCell;

use crate::config::{Layer, Layers, Secret, SslMode, Target, resolve, resolve_url};
use crate::error::{ConnectReason, Error, Result, near_names};
use crate::id::{StateCounts, StudyId};
use crate::space::{Direction, Value};
use crate::storage::{BestRow, Storage, StudyRow};
use crate::study::{DynamicStudy, Study, StudyBuilder};
use crate::tunable::Tunable;

/// How many connections one handle opens at most, unless the builder says otherwise.
const CONNECTIONS: usize = 8;

/// A PostgreSQL database or SQLite file that holds Optuna studies.
///
/// A handle is cheap to clone and may be used from many tasks at once. It opens connections when
/// they are needed, at most 8 unless [`DatabaseBuilder::max_connections`] says otherwise, and holds
/// none while an objective runs.
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
}

/// A pool of the driver's connections, for statements of one's own.
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

/// A study at a glance.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StudySummary {
    /// Its row.
    pub id: StudyId,
    /// Its name.
    pub name: String,
    /// Which way each objective goes.
    pub directions: Vec<Direction>,
    /// Its trials by state.
    pub trials: StateCounts,
    /// The number of its best complete and feasible trial; none with several objectives.
    pub best_value: Option<f64>,
    /// When its first trial started, in UTC.
    pub datetime_start: Option<NaiveDateTime>,
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

    /// The database that the settings name or, where there are none at all, the SQLite file `file`.
    /// Settings that are there and incomplete are an error.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env), except for settings that are missing altogether.
    pub async fn from_env_or_sqlite(file: impl AsRef<Path>) -> Result<Self> {
        Self::builder().from_env().or_sqlite(file).connect().await
    }

    /// Settings given in code.
    #[must_use]
    pub fn builder() -> DatabaseBuilder {
        DatabaseBuilder::default()
    }

    /// The database behind a URL in one of Optuna's forms: `postgresql://user:password@host/name`,
    /// `postgresql+psycopg2://…`, `sqlite:///file.db`.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] if it cannot be read; [`Error::Connect`] if the database cannot be reached.
    pub async fn connect(url: &str) -> Result<Self> {
        Self::open(resolve_url(url)?, "from a URL given in code", CONNECTIONS).await
    }

    /// The SQLite file `file`, which the first study creates if it is missing.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the file is something else; [`Error::Connect`] if it cannot be opened.
    #[cfg(feature = "sqlite")]
    pub async fn sqlite(file: impl AsRef<Path>) -> Result<Self> {
        let target = Target::File(file.as_ref().to_owned());
        Self::open(target, "from a path given in code", CONNECTIONS).await
    }

    /// A database in memory, which ends with the last clone of this handle.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn in_memory() -> Self {
        Self::new(
            Storage::Sqlite(Box::new(crate::storage::Sqlite::in_memory())),
            "made in code",
        )
    }

    fn new(storage: Storage, origin: &str) -> Self {
        Self {
            storage: Arc::new(storage),
            origin: origin.into(),
            pool: Arc::default(),
        }
    }

    async fn open(target: Target, origin: &str, connections: usize) -> Result<Self> {
        let storage = match target {
            #[cfg(feature = "postgres")]
            Target::Postgres(settings) => Storage::Postgres(Box::new(
                crate::storage::Postgres::connect(*settings, connections).await?,
            )),
            #[cfg(feature = "sqlite")]
            Target::File(file) => Storage::Sqlite(Box::new(
                crate::storage::Sqlite::open(&file, connections).await?,
            )),
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
        Ok(Self::new(storage, origin))
    }

    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Which database this is and why it was chosen, for the user to read.
    #[must_use]
    pub fn description(&self) -> String {
        format!("{} ({})", self.storage.target(), self.origin)
    }

    /// The URL for Optuna and its dashboard, without the password: Python takes that one from
    /// `PGPASSWORD` or a password file. `None` for a database in memory.
    #[must_use]
    pub fn optuna_url(&self) -> Option<String> {
        match &*self.storage {
            #[cfg(feature = "postgres")]
            Storage::Postgres(postgres) => {
                let settings = postgres.settings();
                let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
                let (user, name) = (encoded(&settings.user), encoded(&settings.database));
                let port = settings.port;
                Some(if settings.host.starts_with('/') {
                    let host = encoded(&settings.host);
                    format!("postgresql+psycopg2://{user}@/{name}?host={host}&port={port}")
                } else {
                    let host = &settings.host;
                    let host = if host.contains(':') {
                        format!("[{host}]")
                    } else {
                        host.clone()
                    };
                    format!("postgresql+psycopg2://{user}@{host}:{port}/{name}")
                })
            }
            #[cfg(feature = "sqlite")]
            Storage::Sqlite(sqlite) => sqlite
                .file()
                .map(|file| format!("sqlite:///{}", file.display())),
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

    /// The database's name; the file for SQLite, empty for one in memory.
    #[must_use]
    pub fn db_name(&self) -> String {
        match &*self.storage {
            #[cfg(feature = "postgres")]
            Storage::Postgres(postgres) => postgres.settings().database.clone(),
            #[cfg(feature = "sqlite")]
            Storage::Sqlite(sqlite) => sqlite
                .file()
                .map(|file| file.display().to_string())
                .unwrap_or_default(),
        }
    }

    /// The server's host; `None` for SQLite.
    #[must_use]
    pub fn hostname(&self) -> Option<&str> {
        match &*self.storage {
            #[cfg(feature = "postgres")]
            Storage::Postgres(postgres) => Some(&postgres.settings().host),
            #[cfg(feature = "sqlite")]
            Storage::Sqlite(_) => None,
        }
    }

    /// A pool for statements of one's own, made at the first call. Studies do not use it.
    pub async fn pool(&self) -> &Pool {
        self.pool
            .get_or_init(async || match &*self.storage {
                #[cfg(feature = "postgres")]
                Storage::Postgres(postgres) => {
                    Pool::Postgres(sqlx::PgPool::connect_lazy_with(postgres.options().clone()))
                }
                #[cfg(feature = "sqlite")]
                Storage::Sqlite(sqlite) => Pool::Sqlite(sqlx::SqlitePool::connect_lazy_with(
                    sqlite.options().clone(),
                )),
            })
            .await
    }

    /// The study `name` for the type `T`, created if it is missing.
    ///
    /// # Errors
    ///
    /// As [`StudyBuilder::open`].
    pub async fn study<T: Tunable>(&self, name: &str) -> Result<Study<T>> {
        self.study_builder(name).open().await
    }

    /// The study `name` for the type `T`, with every option.
    #[must_use]
    pub fn study_builder<T: Tunable>(&self, name: &str) -> StudyBuilder<T> {
        StudyBuilder::new(self.clone(), name)
    }

    /// The existing study `name`, for which no struct is needed.
    ///
    /// # Errors
    ///
    /// [`Error::StudyNotFound`] with names that look like it.
    pub async fn dynamic_study(&self, name: &str) -> Result<DynamicStudy> {
        Ok(DynamicStudy::new(self.clone(), self.existing(name).await?))
    }

    /// Every study, in the order in which they were created.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn studies(&self) -> Result<Vec<DynamicStudy>> {
        let rows = self.storage.list_studies().await?;
        Ok(rows
            .into_iter()
            .map(|row| DynamicStudy::new(self.clone(), row))
            .collect())
    }

    /// How many studies there are.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn study_count(&self) -> Result<u64> {
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

    /// Every study at a glance, in the order in which they were created. Trials are counted by the
    /// database and not read.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn study_summaries(&self) -> Result<Vec<StudySummary>> {
        let rows = self.storage.list_studies().await?;
        self.summarize(rows).await
    }

    /// The study `name` at a glance.
    ///
    /// # Errors
    ///
    /// [`Error::StudyNotFound`] with names that look like it.
    pub async fn study_summary(&self, name: &str) -> Result<StudySummary> {
        let row = self.existing(name).await?;
        let mut summaries = self.summarize(vec![row]).await?;
        Ok(summaries.remove(0))
    }

    /// The study in which a trial last started or ended.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn latest_study(&self) -> Result<Option<DynamicStudy>> {
        match self.storage.latest_study().await? {
            Some(name) => self.dynamic_study(&name).await.map(Some),
            None => Ok(None),
        }
    }

    /// The parameters of the best trial of any study, Python's included, as Python shows them; empty
    /// if no trial is complete and feasible.
    ///
    /// # Errors
    ///
    /// [`Error::StudyNotFound`]; [`Error::SeveralObjectives`] where no single trial is best.
    pub async fn best_params(
        &self,
        name: &str,
    ) -> Result<std::collections::BTreeMap<String, Value>> {
        let study = self.dynamic_study(name).await?;
        let params = match study.best_row().await? {
            Some(best) => study.params_of(&best).await?,
            None => return Ok(std::collections::BTreeMap::new()),
        };
        Ok(params
            .iter()
            .map(|p| (p.name().to_owned(), p.value()))
            .collect())
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

    async fn summarize(&self, rows: Vec<StudyRow>) -> Result<Vec<StudySummary>> {
        let counted = self.storage.summaries().await?;
        let mut summaries = Vec::with_capacity(rows.len());
        for row in rows {
            let found = counted.iter().find(|(id, ..)| *id == row.id);
            let (trials, datetime_start) =
                found.map_or_else(Default::default, |(_, counts, start)| (*counts, *start));
            let best = match row.directions.as_slice() {
                [direction] => self.storage.best_trial(row.id, *direction).await?,
                _ => None,
            };
            summaries.push(StudySummary {
                id: row.id,
                name: row.name,
                directions: row.directions,
                trials,
                best_value: best.map(|BestRow { value, .. }| value),
                datetime_start,
            });
        }
        Ok(summaries)
    }
}

/// The database that the environment names, one handle per process.
///
/// A failure is not remembered: the next call tries again.
///
/// # Errors
///
/// As [`OptunaDatabase::from_env`].
pub async fn optuna_db() -> Result<OptunaDatabase> {
    static DATABASE: OnceCell<OptunaDatabase> = OnceCell::const_new();
    DATABASE
        .get_or_try_init(OptunaDatabase::from_env)
        .await
        .cloned()
}

/// Settings given in code. They win over the environment, which is asked only after
/// [`from_env`](Self::from_env).
#[derive(Clone, Default)]
pub struct DatabaseBuilder {
    code: std::collections::HashMap<String, String>,
    password: Option<Secret>,
    environment: bool,
    fallback: Option<PathBuf>,
    connections: Option<usize>,
}

/// Only the names of the settings: a URL among their values may hold a password.
impl std::fmt::Debug for DatabaseBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut set: Vec<&String> = self.code.keys().collect();
        set.sort_unstable();
        f.debug_struct("DatabaseBuilder")
            .field("set", &set)
            .field("password", &self.password)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

macro_rules! setting {
    ($(#[$doc:meta])* $name:ident, $variable:literal) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, value: impl Into<String>) -> Self {
            self.code.insert($variable.to_owned(), value.into());
            self
        }
    };
}

impl DatabaseBuilder {
    setting! {
        /// The server's host name or address, or the folder of its Unix socket.
        host, "OPTUNA_DB_HOST"
    }
    setting! {
        /// The role that connects.
        user, "OPTUNA_DB_USER"
    }
    setting! {
        /// The database's name.
        database, "OPTUNA_DB_NAME"
    }
    setting! {
        /// The file that holds the password; one newline at its end is not part of it.
        password_file, "OPTUNA_DB_PASSWORD_FILE"
    }
    setting! {
        /// The name of the password's secret, a file in the secrets folder.
        password_secret, "OPTUNA_DB_PASSWORD_SECRET"
    }
    setting! {
        /// The folder of secrets, `/run/secrets` by default.
        secrets_dir, "OPTUNA_SECRETS_DIR"
    }
    setting! {
        /// The file with the certificates that are trusted, for `verify-ca` and `verify-full`.
        sslrootcert, "OPTUNA_DB_SSLROOTCERT"
    }
    setting! {
        /// The schema of the tables, where it is not in the role's search path.
        schema, "OPTUNA_DB_SCHEMA"
    }
    setting! {
        /// The whole database as a URL, instead of its parts.
        url, "OPTUNA_STORAGE"
    }

    /// The server's port, 5432 by default.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.code
            .insert("OPTUNA_DB_PORT".to_owned(), port.to_string());
        self
    }

    /// Whether the connection is encrypted and the server is checked, [`SslMode::Prefer`] by
    /// default.
    #[must_use]
    pub fn sslmode(mut self, mode: SslMode) -> Self {
        self.code
            .insert("OPTUNA_DB_SSLMODE".to_owned(), mode.as_str().to_owned());
        self
    }

    /// The password.
    #[must_use]
    pub fn password(mut self, password: impl Into<Secret>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Takes what is not given in code from the environment, and then from the nearest `.env` file
    /// of the working folder or above it.
    #[must_use]
    pub fn from_env(mut self) -> Self {
        self.environment = true;
        self
    }

    /// Uses this SQLite file where no setting at all names a database.
    #[must_use]
    pub fn or_sqlite(mut self, file: impl AsRef<Path>) -> Self {
        self.fallback = Some(file.as_ref().to_owned());
        self
    }

    /// How many connections the handle may hold at once: at least 1, 8 by default.
    #[must_use]
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.connections = Some(connections.max(1));
        self
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] with everything that is missing or wrong; [`Error::Connect`] if the
    /// database cannot be reached.
    pub async fn connect(self) -> Result<OptunaDatabase> {
        let connections = self.connections.unwrap_or(CONNECTIONS);
        let mut layers = vec![Layer {
            name: "the code".to_owned(),
            values: self.code,
        }];
        if self.environment {
            layers.push(Layer::environment());
            let folder = std::env::current_dir().unwrap_or_default();
            let dotenv =
                Layer::dotenv(&folder).map_err(|problem| crate::config::report(vec![problem]))?;
            layers.extend(dotenv);
        }
        let layers = Layers(layers);
        match (resolve(&layers, self.password)?, self.fallback) {
            (Some(target), _) => {
                OptunaDatabase::open(target, "from the settings", connections).await
            }
            (None, Some(file)) => {
                let origin = format!(
                    "no OPTUNA_* setting names a database; looked in {}",
                    layers.searched()
                );
                OptunaDatabase::open(Target::File(file), &origin, connections).await
            }
            (None, None) => Err(crate::config::report(vec![format!(
                "no setting names a database (looked in {}); help: set OPTUNA_DB_HOST, \
                 OPTUNA_DB_USER and OPTUNA_DB_NAME, or OPTUNA_STORAGE",
                layers.searched()
            )])),
        }
    }
}

/// Whether an error says that the database cannot be reached at all, so that a snapshot may serve.
pub(crate) fn is_down(error: &Error) -> bool {
    match error {
        Error::Connect { reason, .. } => !matches!(reason, ConnectReason::Authentication),
        other => other.is_transient(),
    }
}
