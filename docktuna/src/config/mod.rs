//! Where the database is: settings from code, the environment, a `.env` file and secret files.
//!
//! Every setting is known by the name of its variable. The layers are asked in order, the first
//! that knows a setting wins, and everything that is wrong ends in one report.

mod layers;
mod secret;
mod settings;
mod sslmode;
mod url;

pub(crate) use layers::{Layer, Layers};
pub use secret::Secret;
#[cfg(feature = "postgres")]
pub(crate) use settings::PostgresSettings;
pub(crate) use settings::{Target, report, resolve, resolve_url};
pub use sslmode::SslMode;
#[cfg(feature = "postgres")]
pub(crate) use url::optuna_url;
