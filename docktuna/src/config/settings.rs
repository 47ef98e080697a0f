//! From layers to the database that they name.

use std::path::{Path, PathBuf};

use super::host;
use super::layers::Layers;
use super::names::{
    HOST, NAME, PASSWORD, PASSWORD_FILE, PASSWORD_SECRET, PORT, SCHEMA, SECRETS_DIR, SSLMODE,
    SSLROOTCERT, STORAGE, USER,
};
use super::secret::Secret;
use super::secret_file::{SecretFile, shown};
use super::sslmode::SslMode;
use super::target::{PostgresSettings, Target};
use super::url::{self, Url};
use crate::error::{Error, Result, SettingsReport};

const PASSWORDS: [&str; 3] = [PASSWORD_FILE, PASSWORD_SECRET, PASSWORD];

/// The secret that the Python docktuna reads.
const DEFAULT_SECRET: &str = "optuna_db_user_password";
const DEFAULT_SECRETS_DIR: &str = "/run/secrets";

/// The database that a URL names.
pub(crate) fn resolve_url(url: &str) -> Result<Target> {
    let unusable = |problem| report(vec![format!("the storage URL cannot be used: {problem}")]);
    let Url { target, ignored } = url::parse(url).map_err(unusable)?;
    if let Target::Postgres(settings) = &target {
        check(settings).map_err(unusable)?;
    }
    warn_of(&ignored);
    Ok(target)
}

/// What can be known to be wrong with settings before anybody connects.
fn check(settings: &PostgresSettings) -> Result<(), String> {
    if let Some(password) = &settings.password {
        check_password(password)?;
    }
    match settings.root_file() {
        Some(file) if !file.is_file() => {
            Err(format!("sslrootcert: {} is no regular file", shown(file)))
        }
        Some(_) => Ok(()),
        None if settings.sslrootcert.is_some() && settings.sslmode != Some(SslMode::VerifyFull) => {
            Err("the roots of the system need sslmode verify-full, as for libpq".to_owned())
        }
        None => Ok(()),
    }
}

/// What no server would take, or only by mistake.
fn check_password(password: &Secret) -> Result<(), String> {
    let holds = |what: &[char]| password.expose().contains(what);
    if holds(&['\0']) {
        Err("the password holds a NUL character, which PostgreSQL does not take".to_owned())
    } else if holds(&['\n', '\r']) {
        Err("the password holds a line break; help: keep nothing beside it in its file".to_owned())
    } else {
        Ok(())
    }
}

/// Warns of the options of a URL that are ignored.
fn warn_of(ignored: &[&str]) {
    if !ignored.is_empty() {
        tracing::warn!(
            options = ignored.join(", "),
            "options of the storage URL that change nothing here are ignored"
        );
    }
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
        password_file: None,
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
    /// The file that the password was read from.
    password_file: Option<SecretFile>,
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
        let url = url::parse(storage.value);
        let problem = |problem| format!("{STORAGE} (from {}): {problem}", storage.origin);
        let Url { target, ignored } = match url {
            Ok(url) => url,
            Err(found) => {
                self.problems.push(problem(found));
                return None;
            }
        };
        warn_of(&ignored);
        let Target::Postgres(mut settings) = target else {
            return Some(target);
        };
        if settings.password.is_none() {
            // None at all is legal here: the server may not ask for one.
            let is_needed = self.has_password_setting() || self.default_secret_path().exists();
            settings.password = self.password(password, is_needed);
        } else if password.is_some() || self.has_password_setting_in(storage.layer) {
            let both = "it holds a password and another one is set; help: keep one of them";
            self.problems.push(problem(both.to_owned()));
        }
        Some(self.with_extras(settings))
    }

    /// The database that host, user and name make up.
    fn parts(&mut self, password: Option<Secret>) -> Option<Target> {
        let names = self.required(HOST, |text| text.split(',').map(host::name).collect());
        let user = self.required(USER, name);
        let database = self.required(NAME, name);
        let password = self.password(password, true);
        let ports = self.parsed(PORT, |text| text.split(',').map(host::port).collect());
        let (names, ports): (Vec<String>, Vec<u16>) = (names?, ports.unwrap_or_default());
        let hosts = host::pair(&names, &ports)
            .map_err(|problem| self.problems.push(format!("{PORT} gives {problem}")));
        let mut settings = PostgresSettings::new(hosts.ok()?, user?, database?);
        settings.password = password;
        Some(self.with_extras(Box::new(settings)))
    }

    /// Adds the settings that have a default, where nothing was said yet, and looks at all of them.
    fn with_extras(&mut self, mut settings: Box<PostgresSettings>) -> Target {
        settings.password_file = self.password_file.take();
        let mode = self.parsed(SSLMODE, |text| {
            text.parse().map_err(|problem| format!("gives {problem}"))
        });
        settings.sslmode = settings.sslmode.or(mode);
        let root = self.parsed(SSLROOTCERT, |text| Ok(PathBuf::from(text)));
        settings.sslrootcert = settings.sslrootcert.take().or(root);
        let schema = self.parsed(SCHEMA, name);
        settings.schema = settings.schema.take().or(schema);
        if let Err(problem) = check(&settings) {
            self.problems.push(problem);
        }
        Target::Postgres(settings)
    }

    fn has_password_setting(&self) -> bool {
        PASSWORDS.iter().any(|name| self.layers.get(name).is_some())
    }

    /// Whether a password is set where the URL is, or before it.
    fn has_password_setting_in(&self, layer: usize) -> bool {
        let mut found = PASSWORDS.iter().filter_map(|name| self.layers.get(name));
        found.any(|found| found.layer <= layer)
    }

    fn default_secret_path(&self) -> PathBuf {
        self.secrets_dir().join(DEFAULT_SECRET)
    }

    fn required<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if self.layers.get(name).is_none() {
            self.problems.push(format!(
                "{name} is not set (looked in {})",
                self.layers.searched()
            ));
        }
        self.parsed(name, parse)
    }

    /// What a setting says, without the white space around it.
    fn parsed<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let found = self.layers.get(name)?;
        match parse(found.value.trim()) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problems
                    .push(format!("{name} (from {}) {problem}", found.origin));
                None
            }
        }
    }

    fn password(&mut self, given: Option<Secret>, is_needed: bool) -> Option<Secret> {
        if let Some(given) = given {
            if given.is_empty() {
                self.problems
                    .push("the password given in code is empty".to_owned());
            }
            return Some(given);
        }
        if let Some((name, origin)) = self.layers.empty(&PASSWORDS) {
            self.problems
                .push(format!("{name} (from {origin}) is empty"));
            return None;
        }
        let set = PASSWORDS.map(|name| self.layers.get(name).map(|found| (found.layer, name)));
        let first = set.iter().flatten().map(|(layer, _)| *layer).min();
        let set: Vec<&str> = set
            .into_iter()
            .flatten()
            .filter(|(layer, _)| Some(*layer) == first)
            .map(|(_, name)| name)
            .collect();
        match set.as_slice() {
            [] if is_needed => self.default_secret(),
            [] => None,
            [PASSWORD] => self
                .layers
                .get(PASSWORD)
                .map(|found| Secret::from(found.value)),
            [PASSWORD_FILE] => {
                let file = PathBuf::from(self.layers.get(PASSWORD_FILE)?.value.trim());
                self.secret_file(&file, PASSWORD_FILE, "the path of a file")
            }
            [PASSWORD_SECRET] => {
                let name = self.layers.get(PASSWORD_SECRET)?.value.trim();
                let (folder, file) = (self.secrets_dir(), self.secrets_dir().join(name));
                if file.exists() {
                    return self.secret_file(&file, PASSWORD_SECRET, "the name of a secret");
                }
                self.problems.push(format!(
                    "{PASSWORD_SECRET}: there is no secret of this name in {}; help: give the name \
                     of a secret, not the password itself",
                    folder.display()
                ));
                None
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
            return self.secret_file(&file, "the secret", "a file");
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
            .map_or(DEFAULT_SECRETS_DIR, |found| found.value.trim())
            .into()
    }

    fn secret_file(&mut self, file: &Path, setting: &str, takes: &str) -> Option<Secret> {
        let source = SecretFile::new(file);
        match source.read() {
            Ok(secret) => {
                self.password_file = Some(source);
                Some(secret)
            }
            Err(problem) => {
                let help = match file.exists() {
                    true => String::new(),
                    false => format!("; help: give {takes}, not the password itself"),
                };
                self.problems.push(format!("{setting}: {problem}{help}"));
                None
            }
        }
    }
}

/// The name of a role, a database or a schema. A URL would be shown by later messages, and with it the
/// password in it.
fn name(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Err("is empty".to_owned())
    } else if text.contains("://")
        || text
            .split_once(':')
            .is_some_and(|(_, rest)| rest.contains('@'))
    {
        Err(format!(
            "is a URL, or a part of one; help: give it to {STORAGE}"
        ))
    } else if text.contains('\0') {
        Err("holds a NUL character".to_owned())
    } else {
        Ok(text.to_owned())
    }
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
        assert_eq!(settings.hosts[0].to_string(), "env:6000");
        let settings = postgres(&layers(&[base, &[(STORAGE, "sqlite:///x.db")]]));
        assert_eq!(settings.hosts[0].name, "file");
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
        assert_eq!(settings.hosts[0].to_string(), "h:5432");
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
    fn f04_secrets_come_from_files_without_white_space_around_them() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().to_str().unwrap();
        std::fs::write(folder.path().join(DEFAULT_SECRET), " a@/%:#' é \n").unwrap();
        let base: &[_] = &[(HOST, "h"), (USER, "u"), (NAME, "n"), (SECRETS_DIR, dir)];
        assert_eq!(
            postgres(&layers(&[base])).password,
            Some("a@/%:#' é".into())
        );
        let named = layers(&[&[(PASSWORD_SECRET, "other")], base]);
        for text in ["b\r\n", " b ", "b\n\n", "\t\u{85}b\u{1f}\u{a0}"] {
            std::fs::write(folder.path().join("other"), text).unwrap();
            assert_eq!(postgres(&named).password, Some("b".into()), "{text:?}");
        }
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
        for (name, value) in [(PORT, "70000"), (SSLMODE, "maybe")] {
            let text = problems(&layers(&[base, &[(PASSWORD, "x"), (name, value)]])).join("\n");
            assert!(text.contains(name) && !text.contains(value), "{text}");
        }
    }
}
