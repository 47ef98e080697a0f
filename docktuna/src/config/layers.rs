//! The layers that settings come from.

use std::collections::HashMap;
use std::env::VarError;
use std::path::{Path, PathBuf};

use super::dotenv::{self, Unreadable};
use super::names::NAMES;
use super::secret_file;

/// More than any `.env` file has.
const LONGEST_FILE: u64 = 1 << 20;

/// One place that settings come from.
#[derive(Clone)]
pub(crate) struct Layer {
    /// What messages call it: `the environment`, `/srv/app/.env`.
    pub(crate) name: String,
    pub(crate) values: HashMap<String, String>,
}

/// The layers in their order; the first that knows a setting wins.
pub(crate) struct Layers(pub(crate) Vec<Layer>);

/// A setting and the layer that gave it.
pub(crate) struct Found<'a> {
    pub(crate) value: &'a str,
    pub(crate) layer: usize,
    pub(crate) origin: &'a str,
}

impl Layers {
    /// The setting called `name`; an empty text counts as not set.
    pub(crate) fn get(&self, name: &str) -> Option<Found<'_>> {
        self.0.iter().enumerate().find_map(
            |(
                layer,
                Layer {
                    name: origin,
                    values,
                },
            )| {
                let value = values.get(name).filter(|value| !value.is_empty())?;
                Some(Found {
                    value,
                    layer,
                    origin,
                })
            },
        )
    }

    /// The first of these settings that is there and empty, where none of them has a value in its
    /// layer or above.
    pub(crate) fn empty(&self, names: &[&'static str]) -> Option<(&'static str, &str)> {
        for Layer {
            name: origin,
            values,
        } in &self.0
        {
            let set = names
                .iter()
                .filter_map(|name| Some((*name, values.get(*name)?)));
            let (empty, full): (Vec<_>, Vec<_>) = set.partition(|(_, value)| value.is_empty());
            match (empty.first(), full.is_empty()) {
                (_, false) => return None,
                (Some((name, _)), true) => return Some((name, origin)),
                (None, true) => {}
            }
        }
        None
    }

    /// The settings that are there, each with the name of the layer that it counts from; no values.
    #[cfg(feature = "cli")]
    pub(crate) fn sources(&self) -> Vec<(&'static str, String)> {
        let found = NAMES
            .iter()
            .filter_map(|name| Some((*name, self.get(name)?.origin.to_owned())));
        found.collect()
    }

    /// The names of the layers, for messages.
    pub(crate) fn searched(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|layer| layer.name.as_str()).collect();
        names.join(", then ")
    }
}

impl Layer {
    /// The variables of this process.
    ///
    /// # Errors
    ///
    /// Which one is no text.
    pub(crate) fn environment() -> Result<Self, String> {
        let name = "the environment".to_owned();
        let mut values = HashMap::new();
        for variable in NAMES {
            match std::env::var(variable) {
                Ok(value) => drop(values.insert((*variable).to_owned(), value)),
                Err(VarError::NotPresent) => {}
                Err(VarError::NotUnicode(_)) => {
                    return Err(format!("{variable} (from {name}) is not UTF-8 text"));
                }
            }
        }
        Ok(Self { name, values })
    }

    /// The nearest `.env` file in this folder or above; `None` if there is none.
    ///
    /// # Errors
    ///
    /// Which file cannot be read, and which line of it. The content stays out of the message: a
    /// line may hold a password.
    pub(crate) fn dotenv(from: &Path) -> Result<Option<Self>, String> {
        let file = from
            .ancestors()
            .map(|folder| folder.join(".env"))
            .find(|file| file.is_file());
        file.map(Self::dotenv_file).transpose()
    }

    fn dotenv_file(file: PathBuf) -> Result<Self, String> {
        let name = file.display().to_string();
        let bytes = secret_file::bytes(&file, LONGEST_FILE)
            .map_err(|problem| format!("{name} {problem}"))?;
        let outside = |variable: &str| std::env::var(variable).ok();
        // Bytes that are no text may stand in the lines of others.
        let values = dotenv::read(&String::from_utf8_lossy(&bytes), NAMES, outside);
        let values = values.map_err(|Unreadable { line, name: setting }| {
            format!(
                "{name}: line {line}, {setting}, cannot be read; help: write {setting}='value', with \
                 \\' for a quote and \\\\ for a backslash in it"
            )
        })?;
        Ok(Self { name, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dotenv(text: &str) -> Result<Layer, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), text).unwrap();
        let below = folder.path().join("a/b");
        std::fs::create_dir_all(&below).unwrap();
        Layer::dotenv(&below).map(Option::unwrap)
    }

    #[test]
    fn the_nearest_file_above_is_read() {
        let layer = dotenv("# a comment\nOPTUNA_DB_HOST=db\nexport OPTUNA_DB_NAME='my studies'\n");
        let values = layer.unwrap().values;
        assert_eq!(values["OPTUNA_DB_HOST"], "db");
        assert_eq!(values["OPTUNA_DB_NAME"], "my studies");
    }

    #[test]
    fn a_syntax_error_names_the_line_and_not_its_content() {
        let error = dotenv("OPTUNA_DB_HOST=db\nOPTUNA_DB_PASSWORD='hunter2\n")
            .err()
            .unwrap();
        assert!(
            error.contains("line 2, OPTUNA_DB_PASSWORD,") && !error.contains("hunter"),
            "{error}"
        );
    }

    #[test]
    fn f26_bytes_that_are_no_text_matter_only_in_our_lines() {
        let folder = tempfile::tempdir().unwrap();
        let read = |bytes: &[u8]| {
            std::fs::write(folder.path().join(".env"), bytes).unwrap();
            Layer::dotenv(folder.path()).map(|layer| layer.unwrap().values)
        };
        let values = read(b"X=\xff\xfe\nOPTUNA_DB_HOST=db\n").unwrap();
        assert_eq!(values["OPTUNA_DB_HOST"], "db");
        let error = read(b"X=1\nOPTUNA_DB_HOST=\xff\n").unwrap_err();
        assert!(error.contains("line 2, OPTUNA_DB_HOST,"), "{error}");
        assert!(
            read(&vec![b'#'; 2 << 20])
                .unwrap_err()
                .contains("longer than 1024 KiB")
        );
    }
}
