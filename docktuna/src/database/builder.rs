//! From settings to a handle.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::OnceCell;

use super::{CONNECTIONS, OptunaDatabase, Pulse};
use crate::config::{Layer, Layers, Secret, SslMode, Target, report, resolve};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;

/// Settings from code. They take precedence over the environment, which is read only after
/// [`from_env`](Self::from_env).
#[derive(Clone, Default)]
pub struct DatabaseBuilder {
    code: HashMap<String, String>,
    password: Option<Secret>,
    environment: bool,
    fallback: Option<PathBuf>,
    connections: Option<usize>,
    heartbeat: Option<Duration>,
    grace: Option<Duration>,
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
        /// The server's host name or address, or the folder of its Unix socket. Several hosts are
        /// separated by commas and tried in turn.
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
        /// The file that holds the password. White space around the password is not part of it.
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
        /// The schema of the tables, if it is not in the role's search path.
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

    /// Takes every setting that the code does not give from the environment, and then from the nearest
    /// `.env` file in the working folder or above it.
    #[must_use]
    pub fn from_env(mut self) -> Self {
        self.environment = true;
        self
    }

    /// Uses this SQLite file if no setting names a database.
    #[must_use]
    pub fn or_sqlite(mut self, file: impl AsRef<Path>) -> Self {
        self.fallback = Some(file.as_ref().to_owned());
        self
    }

    /// The largest number of connections to PostgreSQL that the handle holds at once: at least 1, and 8
    /// by default. An SQLite file has one. Heartbeats use one more connection, and so does ending trials
    /// for which no runtime is left.
    #[must_use]
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.connections = Some(connections.max(1));
        self
    }

    /// How often a heartbeat of all running trials is recorded: every 60 seconds by default. Zero turns
    /// heartbeats off, which is Optuna's default.
    ///
    /// A process that sends heartbeats also looks equally often for running trials, Python's included,
    /// without a heartbeat during the [grace period](Self::grace_period), and marks them FAIL. A trial
    /// that never sent a heartbeat, such as one of a Python worker without `heartbeat_interval`, stays
    /// RUNNING if its worker dies.
    #[must_use]
    pub fn heartbeat_interval(mut self, interval: Duration) -> Self {
        self.heartbeat = Some(interval);
        self
    }

    /// How long a running trial may send no heartbeat before it is marked FAIL: two heartbeat intervals
    /// by default. All workers of a study should agree on it.
    #[must_use]
    pub fn grace_period(mut self, grace: Duration) -> Self {
        self.grace = Some(grace);
        self
    }

    fn pulse(&self) -> Option<Pulse> {
        let interval = self.heartbeat.unwrap_or(Pulse::default().interval);
        let grace = self.grace.unwrap_or(interval * 2);
        (!interval.is_zero()).then_some(Pulse { interval, grace })
    }

    /// Where settings are looked for, the first place first.
    fn layers(&self) -> Result<Layers> {
        let mut layers = vec![Layer {
            name: "the code".to_owned(),
            values: self.code.clone(),
        }];
        if self.environment {
            let unreadable = |problem| report(vec![problem]);
            layers.push(Layer::environment().map_err(unreadable)?);
            let folder = std::env::current_dir().unwrap_or_default();
            let dotenv = Layer::dotenv(&folder).map_err(unreadable)?;
            layers.push(dotenv.unwrap_or_else(|| Layer {
                name: format!(
                    "a .env file in {} or above it (there is none)",
                    folder.display()
                ),
                values: HashMap::new(),
            }));
        }
        Ok(Layers(layers))
    }

    /// The settings that are given, and where; no values.
    #[cfg(feature = "cli")]
    pub(crate) fn sources(&self) -> Result<Vec<(&'static str, String)>> {
        Ok(self.layers()?.sources())
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] with everything that is missing or wrong; [`Error::Connect`] if the
    /// database cannot be reached.
    pub async fn connect(self) -> Result<OptunaDatabase> {
        let connections = self.connections.unwrap_or(CONNECTIONS);
        let pulse = self.pulse();
        let layers = self.layers()?;
        let also = ["OPTUNA_DB_PASSWORD_FILE", "OPTUNA_DB_PASSWORD_SECRET"];
        if self.password.is_some()
            && also
                .iter()
                .any(|name| layers.0[0].values.contains_key(*name))
        {
            return Err(report(vec![
                "a password and a file or secret for it are both given in code; help: keep one of them"
                    .to_owned(),
            ]));
        }
        match (resolve(&layers, self.password)?, self.fallback) {
            (Some(target), _) => {
                OptunaDatabase::open(target, "from the settings", connections, pulse).await
            }
            (None, Some(file)) => {
                let origin = format!(
                    "no OPTUNA_* setting names a database; looked in {}",
                    layers.searched()
                );
                OptunaDatabase::open(Target::File(file.into()), &origin, connections, pulse).await
            }
            (None, None) => Err(report(vec![format!(
                "no setting names a database (looked in {}); help: set OPTUNA_DB_HOST, \
                 OPTUNA_DB_USER and OPTUNA_DB_NAME, or OPTUNA_STORAGE",
                layers.searched()
            )])),
        }
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
