//! Storage URLs in the forms that Optuna takes.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
#[cfg(feature = "postgres")]
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::settings::{PostgresSettings, Target};

/// Reads a storage URL. Messages never hold the URL: it may hold a password.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn parse(url: &str) -> Result<Target, String> {
    let (scheme, rest) = url
        .split_once("://")
        .ok_or("it is no URL; help: write postgresql://user@host/database or sqlite:///file.db")?;
    match scheme.split('+').next() {
        Some("postgresql" | "postgres") => postgres(rest).map(|s| Target::Postgres(Box::new(s))),
        Some("sqlite") => sqlite(rest),
        _ => Err(format!(
            "`{scheme}` is not supported; help: docktuna reads postgresql:// and sqlite:///"
        )),
    }
}

/// What SQLAlchemy reads as it stands in every part of a URL; releases before 2.1 do not decode the
/// database's name.
#[cfg(feature = "postgres")]
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The URL for Optuna, without the password.
#[cfg(feature = "postgres")]
pub(crate) fn optuna_url(settings: &PostgresSettings) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let (user, name, port) = (
        encoded(&settings.user).replace('/', "%2F"),
        encoded(&settings.database),
        settings.port,
    );
    let mut options = Vec::new();
    let address = if settings.host.starts_with('/') {
        options.push(format!("host={}&port={port}", encoded(&settings.host)));
        String::new()
    } else if settings.host.contains(':') {
        format!("[{}]:{port}", settings.host)
    } else {
        format!("{}:{port}", settings.host)
    };
    if let Some(mode) = settings.sslmode {
        options.push(format!("sslmode={}", mode.as_str()));
    }
    if let Some(file) = &settings.sslrootcert {
        options.push(format!(
            "sslrootcert={}",
            encoded(&file.display().to_string())
        ));
    }
    if let Some(schema) = &settings.schema {
        let path = format!("-csearch_path=\"{}\"", schema.replace('"', "\"\""));
        options.push(format!("options={}", encoded(&path)));
    }
    let query = if options.is_empty() {
        String::new()
    } else {
        format!("?{}", options.join("&"))
    };
    format!("postgresql+psycopg2://{user}@{address}/{name}{query}")
}

fn sqlite(rest: &str) -> Result<Target, String> {
    let path = rest.split('?').next().unwrap_or_default();
    match path {
        "" | "/" | "/:memory:" => Ok(Target::Memory),
        // sqlite:///file.db is relative, sqlite:////srv/file.db absolute, as for SQLAlchemy.
        _ => match path.strip_prefix('/') {
            Some(file) => Ok(Target::File(PathBuf::from(decoded(file)?))),
            None => Err("an SQLite URL has three slashes; help: sqlite:///file.db".to_owned()),
        },
    }
}

fn postgres(rest: &str) -> Result<PostgresSettings, String> {
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (credentials, address) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = match credentials.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (credentials, None),
    };
    let (host, port) = match address.strip_prefix('[') {
        Some(v6) => {
            let (host, port) = v6.split_once(']').ok_or("its host lacks a `]`")?;
            (host, port.strip_prefix(':').unwrap_or_default())
        }
        None => address.split_once(':').unwrap_or((address, "")),
    };
    let mut settings = PostgresSettings::new(decoded(host)?, decoded(user)?, decoded(database)?);
    settings.password = password
        .map(|password| decoded(password).map(Into::into))
        .transpose()?;
    if !port.is_empty() {
        settings.port = parse_port(port)?;
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decoded(value)?;
        match key {
            "sslmode" => settings.sslmode = Some(parse_sslmode(&value)?),
            "sslrootcert" => settings.sslrootcert = Some(PathBuf::from(value)),
            "host" => settings.host = value,
            "port" => {
                settings.port = parse_port(&value)?;
            }
            _ => {
                return Err(
                    "it has an option that is not supported; help: sslmode, sslrootcert, host and \
                     port are; write / ? # and @ in a password as %2F %3F %23 and %40"
                        .to_owned(),
                );
            }
        }
    }
    for (what, value) in [
        ("user", &settings.user),
        ("host", &settings.host),
        ("database", &settings.database),
    ] {
        if value.is_empty() {
            return Err(format!(
                "it has no {what}; help: postgresql://user@host/database"
            ));
        }
    }
    Ok(settings)
}

/// A port. What is no port is not shown: it may be a part of a password that was not encoded.
fn parse_port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| {
        "its port is no number; help: write / ? # and @ in a password as %2F %3F %23 and %40"
            .to_owned()
    })
}

fn parse_sslmode(text: &str) -> Result<super::SslMode, String> {
    text.parse()
        .map_err(|_| "its sslmode is none of libpq's words".to_owned())
}

fn decoded(text: &str) -> Result<String, String> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err("its percent-encoding is not UTF-8".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Secret, SslMode};

    fn pg(url: &str) -> PostgresSettings {
        match parse(url).unwrap() {
            Target::Postgres(settings) => *settings,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn optunas_forms_are_read() {
        let settings =
            pg("postgresql+psycopg2://me:p%40ss%2F%3A%25%23%27%20%C3%A9@db:6543/studies");
        assert_eq!((settings.host.as_str(), settings.port), ("db", 6543));
        assert_eq!(
            (settings.user.as_str(), settings.database.as_str()),
            ("me", "studies")
        );
        assert_eq!(settings.password, Some(Secret::from("p@ss/:%#' é")));
        let settings = pg("postgresql://me@[::1]/x?sslmode=verify-full&sslrootcert=/ca.pem");
        assert_eq!((settings.host.as_str(), settings.port), ("::1", 5432));
        assert_eq!(settings.sslmode, Some(SslMode::VerifyFull));
        assert!(
            matches!(parse("sqlite:///a%20b.db"), Ok(Target::File(p)) if p.as_os_str() == "a b.db")
        );
        assert!(
            matches!(parse("sqlite:////srv/a.db"), Ok(Target::File(p)) if p.as_os_str() == "/srv/a.db")
        );
        assert!(matches!(parse("sqlite://"), Ok(Target::Memory)));
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn the_url_for_optuna_has_no_password() {
        let settings = pg("postgresql://a%2Fb:hunter2@[::1]/my_studies?sslmode=require");
        let expected = "postgresql+psycopg2://a%2Fb@[::1]:5432/my_studies?sslmode=require";
        assert_eq!(optuna_url(&settings), expected);
        let mut settings = PostgresSettings::new("/run/pg".into(), "me".into(), "x y".into());
        settings.schema = Some("Tuning".to_owned());
        let expected = "postgresql+psycopg2://me@/x%20y?host=/run/pg&port=5432&options=-csearch_path%3D%22Tuning%22";
        assert_eq!(optuna_url(&settings), expected);
    }

    #[test]
    fn an_unreadable_url_is_not_echoed() {
        for url in [
            "hunter2",
            "mysql://me:hunter2@db/x",
            "postgresql://me:hunter2@db",
            "postgresql://me:hunter2@db:port/x",
            "postgresql://me:hunter2@/x",
            "postgresql://:hunter2@db/x",
            "postgresql://me:hunter2@db/x?sslmode=maybe",
            "postgresql://me:hunter2@db/x?gssencmode=1",
            "postgresql://me:%ffhunter2@db/x",
            "postgresql://me:hunter2/abc@db/x",
            "postgresql://me:hunter2?abc@db/x",
            "postgresql://me:abc?hunter2@db/x",
            "postgresql://me:abc#hunter2@db:1/x?hunter2=1",
            "postgresql://me:abc@db/x?sslmode=hunter2",
            "sqlite://file.db",
        ] {
            let error = parse(url).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
