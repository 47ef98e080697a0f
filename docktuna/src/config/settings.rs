//! From layers to the database that they name.

use std::path::{Path, PathBuf};

use super::layers::Layers;
use super::secret::Secret;
use super::sslmode::SslMode;
use super::url;
use crate::error::{Error, Result, SettingsReport};

const STORAGE: &str = "OPTUNA_STORAGE";
const HOST: &str = "OPTUNA_DB_HOST";
const PORT: &str = "OPTUNA_DB_PORT";
const USER: &str = "OPTUNA_DB_USER";
const NAME: &str = "OPTUNA_DB_NAME";
const PASSWORD: &str = "OPTUNA_DB_PASSWORD";
const PASSWORD_FILE: &str = "OPTUNA_DB_PASSWORD_FILE";
const PASSWORD_SECRET: &str = "OPTUNA_DB_PASSWORD_SECRET";
const SECRETS_DIR: &str = "OPTUNA_SECRETS_DIR";
const SSLMODE: &str = "OPTUNA_DB_SSLMODE";
const SSLROOTCERT: &str = "OPTUNA_DB_SSLROOTCERT";
const SCHEMA: &str = "OPTUNA_DB_SCHEMA";

const PASSWORDS: [&str; 3] = [PASSWORD_FILE, PASSWORD_SECRET, PASSWORD];

/// The secret that the Python docktuna reads.
const DEFAULT_SECRET: &str = "optuna_db_user_password";
const DEFAULT_SECRETS_DIR: &str = "/run/secrets";

/// The database that the settings name.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Postgres(Box<PostgresSettings>),
    #[cfg_attr(
        not(feature = "sqlite"),
        allow(dead_code, reason = "refused without looking")
    )]
    File(PathBuf),
    Memory,
}

/// A PostgreSQL database and how to reach it.
#[derive(Debug, Clone)]
pub(crate) struct PostgresSettings {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) database: String,
    pub(crate) password: Option<Secret>,
    /// `None` where nothing says it.
    pub(crate) sslmode: Option<SslMode>,
    pub(crate) sslrootcert: Option<PathBuf>,
    pub(crate) schema: Option<String>,
}

impl PostgresSettings {
    pub(crate) fn new(host: String, user: String, database: String) -> Self {
        Self {
            host,
            port: 5432,
            user,
            database,
            password: None,
            sslmode: None,
            sslrootcert: None,
            schema: None,
        }
    }
}

/// The database that a URL names.
pub(crate) fn resolve_url(url: &str) -> Result<Target> {
    url::parse(url)
        .map_err(|problem| report(vec![format!("the storage URL cannot be used: {problem}")]))
}

/// The database that the layers name; `None` if they name none at all.
///
/// # Errors
///
/// [`Error::Settings`] with everything that is missing or wrong.
pub(crate) fn resolve(layers: &Layers, password: Option<Secret>) -> Result<Option<Target>> {
    let mut resolver = Resolver {
        layers,
        problems: Vec::new(),
    };
    let target = resolver.target(password);
    match resolver.problems {
        problems if problems.is_empty() => Ok(target),
        problems => Err(report(problems)),
    }
}

pub(crate) fn report(problems: Vec<String>) -> Error {
    Error::Settings(Box::new(SettingsReport { problems }))
}

struct Resolver<'a> {
    layers: &'a Layers,
    problems: Vec<String>,
}

impl Resolver<'_> {
    fn target(&mut self, password: Option<Secret>) -> Option<Target> {
        let parts = [HOST, USER, NAME, PORT];
        let part = parts
            .iter()
            .filter_map(|name| Some((self.layers.get(name)?.layer, *name)))
            .min();
        match (self.layers.get(STORAGE), part) {
            (Some(storage), Some((layer, name))) if layer == storage.layer => {
                self.problems.push(format!(
                    "{STORAGE} and {name} are both set in {}; help: keep one of them",
                    storage.origin
                ));
                None
            }
            (Some(storage), Some((layer, _))) if layer < storage.layer => self.parts(password),
            (Some(_), _) => self.whole(password),
            (None, None) if password.is_none() && !self.has_password_setting() => None,
            (None, _) => self.parts(password),
        }
    }

    /// The database that the URL names. What it leaves open may be set beside it: the password, the
    /// schema and TLS.
    fn whole(&mut self, password: Option<Secret>) -> Option<Target> {
        let storage = self.layers.get(STORAGE)?;
        match url::parse(storage.value) {
            Ok(Target::Postgres(mut settings)) => {
                if settings.password.is_some()
                    && (password.is_some() || self.has_password_setting())
                {
                    self.problems.push(format!(
                        "{STORAGE} (from {}) holds a password and another one is set; help: keep \
                         one of them",
                        storage.origin
                    ));
                } else if settings.password.is_none() {
                    // None at all is legal here: the server may not ask for one.
                    let before = self.problems.len();
                    settings.password = self.password(password);
                    if !self.has_password_setting() && !self.default_secret_path().exists() {
                        self.problems.truncate(before);
                    }
                }
                Some(self.with_extras(settings))
            }
            Ok(target) => Some(target),
            Err(problem) => {
                self.problems
                    .push(format!("{STORAGE} (from {}): {problem}", storage.origin));
                None
            }
        }
    }

    /// The database that host, user and name make up.
    fn parts(&mut self, password: Option<Secret>) -> Option<Target> {
        let host = self.required(HOST);
        let user = self.required(USER);
        let name = self.required(NAME);
        let password = self.password(password);
        let port = self.parsed(PORT, |text| {
            text.parse::<u16>()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| {
                    format!("`{text}` is no port; help: a number from 1 to 65535, 5432 by default")
                })
        });
        let mut settings = PostgresSettings::new(host?, user?, name?);
        settings.password = password;
        settings.port = port.unwrap_or(settings.port);
        Some(self.with_extras(Box::new(settings)))
    }

    /// Adds the settings that have a default, where nothing was said yet.
    fn with_extras(&mut self, mut settings: Box<PostgresSettings>) -> Target {
        let mode = self.parsed(SSLMODE, str::parse);
        settings.sslmode = settings.sslmode.or(mode);
        let root = self.parsed(SSLROOTCERT, |text| {
            let file = PathBuf::from(text);
            if file.is_file() {
                Ok(file)
            } else {
                Err(format!("there is no file {text}"))
            }
        });
        settings.sslrootcert = settings.sslrootcert.take().or(root);
        settings.schema = self
            .layers
            .get(SCHEMA)
            .map(|schema| schema.value.to_owned());
        Target::Postgres(settings)
    }

    fn has_password_setting(&self) -> bool {
        PASSWORDS.iter().any(|name| self.layers.get(name).is_some())
    }

    fn default_secret_path(&self) -> PathBuf {
        self.secrets_dir().join(DEFAULT_SECRET)
    }

    fn required(&mut self, name: &str) -> Option<String> {
        let found = self.layers.get(name).map(|found| found.value.to_owned());
        if found.is_none() {
            self.problems.push(format!(
                "{name} is not set (looked in {})",
                self.layers.searched()
            ));
        }
        found
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let found = self.layers.get(name)?;
        match parse(found.value) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problems
                    .push(format!("{name} (from {}): {problem}", found.origin));
                None
            }
        }
    }

    fn password(&mut self, given: Option<Secret>) -> Option<Secret> {
        if let Some(given) = given {
            if given.is_empty() {
                self.problems
                    .push("the password given in code is empty".to_owned());
            }
            return Some(given);
        }
        let sources = [PASSWORD_FILE, PASSWORD_SECRET, PASSWORD];
        let set: Vec<(usize, &str)> = sources
            .iter()
            .filter_map(|name| Some((self.layers.get(name)?.layer, *name)))
            .collect();
        if let Some((name, origin)) = self.layers.empty(&PASSWORDS) {
            self.problems
                .push(format!("{name} (from {origin}) is empty"));
            return None;
        }
        let first = set.iter().map(|(layer, _)| *layer).min();
        let set: Vec<&str> = set
            .into_iter()
            .filter(|(layer, _)| Some(*layer) == first)
            .map(|(_, n)| n)
            .collect();
        match set.as_slice() {
            [] => self.default_secret(),
            [PASSWORD] => self
                .layers
                .get(PASSWORD)
                .map(|found| Secret::from(found.value)),
            [PASSWORD_FILE] => {
                let file = PathBuf::from(self.layers.get(PASSWORD_FILE)?.value);
                self.secret_file(&file, PASSWORD_FILE)
            }
            [PASSWORD_SECRET] => {
                let file = self
                    .secrets_dir()
                    .join(self.layers.get(PASSWORD_SECRET)?.value);
                self.secret_file(&file, PASSWORD_SECRET)
            }
            several => {
                self.problems.push(format!(
                    "{} are set together; help: keep one of them",
                    several.join(" and ")
                ));
                None
            }
        }
    }

    fn default_secret(&mut self) -> Option<Secret> {
        let file = self.default_secret_path();
        if file.exists() {
            return self.secret_file(&file, "the secret");
        }
        self.problems.push(format!(
            "the password is not set (looked for the secret file {}, and for {PASSWORD_FILE}, \
             {PASSWORD_SECRET} and {PASSWORD} in {})",
            file.display(),
            self.layers.searched()
        ));
        None
    }

    fn secrets_dir(&self) -> PathBuf {
        self.layers
            .get(SECRETS_DIR)
            .map_or(DEFAULT_SECRETS_DIR, |found| found.value)
            .into()
    }

    fn secret_file(&mut self, file: &Path, setting: &str) -> Option<Secret> {
        let text = match std::fs::read(file) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned()),
            Err(error) => Err(format!("cannot be read: {}", error.kind())),
        };
        let text = text.and_then(|text| {
            let text = trimmed(&text);
            if text.is_empty() {
                Err("is empty".to_owned())
            } else {
                Ok(Secret::from(text))
            }
        });
        text.map_err(|problem| {
            self.problems
                .push(format!("{setting}: the file {} {problem}", file.display()));
        })
        .ok()
    }
}

/// A secret without the newline that editors and `echo` put at its end.
fn trimmed(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Layer;

    fn layers(layers: &[&[(&str, &str)]]) -> Layers {
        let layers = layers.iter().enumerate().map(|(i, values)| Layer {
            name: format!("layer {i}"),
            values: values
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
        });
        Layers(layers.collect())
    }

    fn postgres(layers: &Layers) -> PostgresSettings {
        match resolve(layers, None) {
            Ok(Some(Target::Postgres(settings))) => *settings,
            other => panic!("{other:?}"),
        }
    }

    fn problems(layers: &Layers) -> Vec<String> {
        match resolve(layers, None) {
            Err(Error::Settings(report)) => report.problems,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nothing_set_names_no_database() {
        assert!(
            resolve(&layers(&[&[(SSLMODE, "require")]]), None)
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn the_first_layer_wins() {
        let base: &[_] = &[(HOST, "file"), (USER, "me"), (NAME, "db"), (PASSWORD, "x")];
        let settings = postgres(&layers(&[&[(HOST, "env"), (PORT, "6000")], base]));
        assert_eq!((settings.host.as_str(), settings.port), ("env", 6000));
        let settings = postgres(&layers(&[base, &[(STORAGE, "sqlite:///x.db")]]));
        assert_eq!(settings.host, "file");
    }

    #[test]
    fn what_a_url_says_is_not_overridden_and_what_it_leaves_open_is_added() {
        let url: &[_] = &[
            (STORAGE, "postgresql://u@h/n?sslmode=disable"),
            (SECRETS_DIR, "/nowhere"),
        ];
        let below: &[_] = &[
            (PORT, "1"),
            (SSLMODE, "require"),
            (HOST, "x"),
            (SCHEMA, "tuning"),
        ];
        let settings = postgres(&layers(&[url, below]));
        assert_eq!((settings.host.as_str(), settings.port), ("h", 5432));
        assert_eq!(settings.sslmode, Some(SslMode::Disable));
        assert_eq!(
            (settings.schema.as_deref(), settings.password),
            (Some("tuning"), None)
        );
        let settings = postgres(&layers(&[url, &[(PASSWORD, "x")]]));
        assert_eq!(settings.password, Some("x".into()));
        let full: &[_] = &[(STORAGE, "postgresql://u:hunter2@h/n"), (PASSWORD, "x")];
        let text = problems(&layers(&[full])).join("\n");
        assert!(
            text.contains("another one is set") && !text.contains("hunter2"),
            "{text}"
        );
    }

    #[test]
    fn secrets_come_from_files_without_their_last_newline() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().to_str().unwrap();
        std::fs::write(folder.path().join(DEFAULT_SECRET), " a@/%:#' é \n").unwrap();
        let base: &[_] = &[(HOST, "h"), (USER, "u"), (NAME, "n"), (SECRETS_DIR, dir)];
        assert_eq!(
            postgres(&layers(&[base])).password,
            Some(" a@/%:#' é ".into())
        );
        std::fs::write(folder.path().join("other"), "b\r\n").unwrap();
        let named = layers(&[&[(PASSWORD_SECRET, "other")], base]);
        assert_eq!(postgres(&named).password, Some("b".into()));
        std::fs::write(folder.path().join("other"), "\n").unwrap();
        assert!(problems(&named)[0].contains("is empty"));
        std::fs::write(folder.path().join("other"), [0xff, 0xfe]).unwrap();
        assert!(problems(&named)[0].contains("not UTF-8"));
    }

    #[test]
    fn one_report_names_everything() {
        let problems = problems(&layers(&[&[
            (USER, "me"),
            (PORT, "0"),
            (SECRETS_DIR, "/nowhere"),
        ]]));
        let text = problems.join("\n");
        for part in [HOST, NAME, "/nowhere/optuna_db_user_password", "layer 0"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn contradictions_are_refused_without_showing_secrets() {
        let base: &[_] = &[(HOST, "h"), (USER, "u"), (NAME, "n")];
        let both: &[_] = &[(PASSWORD, "hunter2"), (PASSWORD_FILE, "/x")];
        let text = problems(&layers(&[both, base])).join("\n");
        assert!(
            text.contains("together") && !text.contains("hunter2"),
            "{text}"
        );
        let storage: &[_] = &[(STORAGE, "postgresql://u:hunter2@h/n"), (HOST, "h")];
        let text = problems(&layers(&[storage])).join("\n");
        assert!(
            text.contains("both set") && !text.contains("hunter2"),
            "{text}"
        );
        for (name, value) in [
            (PORT, "70000"),
            (SSLMODE, "maybe"),
            (SSLROOTCERT, "/nowhere"),
        ] {
            let text = problems(&layers(&[base, &[(PASSWORD, "x"), (name, value)]])).join("\n");
            assert!(text.contains(name) && text.contains(value), "{text}");
        }
    }
}
