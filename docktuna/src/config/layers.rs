//! The layers that settings come from.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

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

    /// The names of the layers, for messages.
    pub(crate) fn searched(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|layer| layer.name.as_str()).collect();
        names.join(", then ")
    }
}

impl Layer {
    /// The variables of this process.
    pub(crate) fn environment() -> Self {
        let values = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("OPTUNA_"))
            .collect();
        Self {
            name: "the environment".to_owned(),
            values,
        }
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
        let text = std::fs::read_to_string(&file)
            .map_err(|error| format!("{name} cannot be read: {}", error.kind()))?;
        let mut values = HashMap::new();
        for entry in dotenvy::from_read_iter(text.as_bytes()) {
            // The first mention wins, as with every reader of such files that does not override.
            match entry {
                Ok((key, value)) => values.entry(key).or_insert(value),
                Err(dotenvy::Error::LineParse(line, _)) => {
                    let number = text.lines().position(|own| own.contains(line.trim()));
                    return Err(format!(
                        "{name}: {} cannot be read; help: write NAME='value', with single quotes \
                         around a value that holds spaces, quotes or `$`",
                        number.map_or("a line".to_owned(), |n| format!("line {}", n + 1)),
                    ));
                }
                Err(_) => return Err(format!("{name} cannot be read as UTF-8 text")),
            };
        }
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
        let error = dotenv("OPTUNA_DB_HOST=db\nOPTUNA_DB_PASSWORD=hunter 2\n")
            .err()
            .unwrap();
        assert!(
            error.contains("line 2") && !error.contains("hunter"),
            "{error}"
        );
    }
}
