//! The settings, each by the name of its variable.

pub(super) const STORAGE: &str = "OPTUNA_STORAGE";
pub(super) const HOST: &str = "OPTUNA_DB_HOST";
pub(super) const PORT: &str = "OPTUNA_DB_PORT";
pub(super) const USER: &str = "OPTUNA_DB_USER";
pub(super) const NAME: &str = "OPTUNA_DB_NAME";
pub(super) const PASSWORD: &str = "OPTUNA_DB_PASSWORD";
pub(super) const PASSWORD_FILE: &str = "OPTUNA_DB_PASSWORD_FILE";
pub(super) const PASSWORD_SECRET: &str = "OPTUNA_DB_PASSWORD_SECRET";
pub(super) const SECRETS_DIR: &str = "OPTUNA_SECRETS_DIR";
pub(super) const SSLMODE: &str = "OPTUNA_DB_SSLMODE";
pub(super) const SSLROOTCERT: &str = "OPTUNA_DB_SSLROOTCERT";
pub(super) const SCHEMA: &str = "OPTUNA_DB_SCHEMA";

/// Every setting.
pub(super) const NAMES: &[&str] = &[
    STORAGE,
    HOST,
    PORT,
    USER,
    NAME,
    PASSWORD,
    PASSWORD_FILE,
    PASSWORD_SECRET,
    SECRETS_DIR,
    SSLMODE,
    SSLROOTCERT,
    SCHEMA,
];
