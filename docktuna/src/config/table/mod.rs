//! One table of settings as people have them: the database that each names, or what is said of it.

#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

mod rows;

use std::fs;
use std::path::Path;

use super::layers::{Layer, Layers};
use super::settings::{resolve, resolve_url};
use super::target::{FileAccess, SessionAttributes, Target};
use crate::error::Result;

/// Settings, without `OPTUNA_`; `{dir}` is a folder with the files of [`files`].
type Row = (&'static [(&'static str, &'static str)], Expected);

#[derive(Clone, Copy)]
enum Expected {
    /// What [`described`] tells of it.
    Is(&'static str),
    /// What the report says among other things.
    Says(&'static str),
}

use Expected::{Is, Says};
use rows::{HOSTS, SECRETS, URL, URLS};

#[test]
fn f04_to_f09_settings_name_their_database_or_their_mistake() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    let rows = [HOSTS, SECRETS, URLS].concat();
    assert!(rows.len() > 130, "{}", rows.len());
    for (settings, expected) in rows {
        let dir = folder.path().to_str().unwrap();
        let found = resolved(settings, dir);
        let mut texts = vec![format!("{found:?} {found:#?}")];
        match (&found, expected) {
            (Ok(target), Is(expected)) => {
                assert_eq!(
                    described(target.as_ref()),
                    expected.replace("{dir}", dir),
                    "{settings:?}"
                );
            }
            (Err(error), Says(expected)) => {
                let text = error.to_string();
                assert!(
                    text.contains(&expected.replace("{dir}", dir)),
                    "{settings:?}: {text}"
                );
                assert!(!text.contains('\n'), "{text}");
                texts.push(text);
            }
            _ => panic!("{settings:?}: {found:?}"),
        }
        for text in texts {
            assert!(!text.contains("hunt"), "{settings:?}: {text}");
        }
    }
}

/// Secrets of every shape.
fn files(folder: &Path) {
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    for (name, text) in [
        ("plain", "hunter2"),
        ("newline", "hunter2\n"),
        ("crlf", "hunter2\r\n"),
        ("newlines", "hunter2\n\n"),
        ("spaces", " \thunter2 \n"),
        ("inner", "hun ter2"),
        ("unicode", "hunter2é😀"),
        ("lines", "hunter2\nhunter3\n"),
        ("nul", "hunter\u{0}2"),
        ("empty", ""),
        ("blank", " \r\n"),
        ("optuna_db_user_password", "hunter3"),
    ] {
        write(name, text.as_bytes());
    }
    write("latin1", b"hunter\xe9");
    write("large", &[b'x'; (16 << 10) + 1]);
    std::os::unix::fs::symlink("plain", folder.join("link")).unwrap();
    let mut fifo = std::process::Command::new("mkfifo");
    assert!(fifo.arg(folder.join("fifo")).status().unwrap().success());
}

fn resolved(settings: &[(&str, &str)], dir: &str) -> Result<Option<Target>> {
    let mut password = None;
    let mut values = std::collections::HashMap::new();
    for (name, value) in settings {
        let value = value.replace("{dir}", dir);
        match *name {
            "code password" => password = Some(value.into()),
            name => drop(values.insert(format!("OPTUNA_{name}"), value)),
        }
    }
    if let ([(URL, url)], false) = (settings, values.is_empty()) {
        // Given alone it means the same.
        let (alone, found) = (resolve_url(url), resolve(&table(values), None));
        assert_eq!(alone.is_ok(), found.is_ok(), "{url}");
        return found;
    }
    resolve(&table(values), password)
}

fn table(values: std::collections::HashMap<String, String>) -> Layers {
    let name = "the table".to_owned();
    Layers(vec![Layer { name, values }])
}

/// The password, too, which no text of the library's own shows.
fn described(target: Option<&Target>) -> String {
    match target {
        None => "nothing".to_owned(),
        Some(Target::Memory) => "memory".to_owned(),
        Some(Target::File(file)) => {
            let mut text = format!("file {}", file.path.display());
            if file.access != FileAccess::Create {
                text += &format!(" {:?}", file.access);
            }
            if let Some(timeout) = file.timeout {
                text += &format!(" timeout={timeout:?}");
            }
            text
        }
        Some(Target::Postgres(settings)) => {
            let hosts: Vec<String> = settings.hosts.iter().map(ToString::to_string).collect();
            let password = settings
                .password
                .as_ref()
                .map(|secret| format!(":{}", secret.expose()));
            let mut text = format!(
                "{}{}@{}/{}",
                settings.user,
                password.unwrap_or_default(),
                hosts.join(","),
                settings.database
            );
            if let Some(mode) = settings.sslmode {
                text += &format!(" sslmode={}", mode.as_str());
            }
            if let Some(root) = &settings.sslrootcert {
                text += &format!(" root={}", root.display());
            }
            if let Some(schema) = &settings.schema {
                text += &format!(" schema={schema}");
            }
            if settings.attributes != SessionAttributes::Any {
                text += &format!(" session={}", settings.attributes.as_str());
            }
            if let Some(timeout) = settings.connect_timeout {
                text += &format!(" timeout={timeout:?}");
            }
            text
        }
    }
}
