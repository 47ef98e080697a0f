//! Where the database is: settings from code, the environment, a `.env` file and secret files.
//!
//! Every setting is known by the name of its variable. The layers are asked in order, the first
//! that knows a setting wins, and everything that is wrong ends in one report.

mod dotenv;
mod host;
mod layers;
mod names;
mod secret;
mod secret_file;
mod settings;
mod sslmode;
#[cfg(all(test, unix))]
mod table;
mod target;
mod url;

#[cfg(feature = "postgres")]
pub(crate) use host::Host;
pub(crate) use layers::{Layer, Layers};
pub use secret::Secret;
#[cfg(feature = "postgres")]
pub(crate) use secret_file::SecretFile;
pub(crate) use settings::{report, resolve, resolve_url};
pub use sslmode::SslMode;
pub(crate) use target::Target;
#[cfg(feature = "sqlite")]
pub(crate) use target::{FileAccess, SqliteFile};
#[cfg(feature = "postgres")]
pub(crate) use target::{PostgresSettings, SessionAttributes};
#[cfg(feature = "postgres")]
pub(crate) use url::optuna_url;
#[cfg(feature = "sqlite")]
pub(crate) use url::sqlite_url;
