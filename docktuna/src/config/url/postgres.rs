//! URLs of PostgreSQL databases, as libpq and SQLAlchemy take them.

use std::path::PathBuf;
use std::time::Duration;

use super::query::{pairs, unknown};
use super::{ENCODE, Url, decoded, search_path};
use crate::config::SslMode;
use crate::config::host::{Host, name, pair, port, split};
use crate::config::target::{PostgresSettings, SessionAttributes, Target};

/// Options that say how a client talks to a server, which changes nothing for us.
const IGNORED: &[&str] = &[
    "application_name",
    "channel_binding",
    "client_encoding",
    "connection_limit",
    "fallback_application_name",
    "gssdelegation",
    "gsslib",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "max_protocol_version",
    "min_protocol_version",
    "pgbouncer",
    "pool_timeout",
    "prepare_threshold",
    "prepared_statement_cache_size",
    "ssl_max_protocol_version",
    "sslcompression",
    "sslnegotiation",
    "sslsni",
    "statement_cache_size",
    "tcp_user_timeout",
];

/// Options that change nothing for us with these values. With another they would.
const IGNORED_VALUES: &[(&str, &[&str])] = &[
    ("gssencmode", &["disable", "prefer"]),
    ("load_balance_hosts", &["disable"]),
    ("ssl_min_protocol_version", &["TLSv1", "TLSv1.1", "TLSv1.2"]),
    ("sslcertmode", &["allow", "disable"]),
];

/// Options that ask for something that is not done, and what to write instead.
const REFUSED: &[(&str, &str)] = &[
    ("currentSchema", "set OPTUNA_DB_SCHEMA"),
    ("gssencmode", "use sslmode"),
    ("hostaddr", "give the address as the host"),
    ("load_balance_hosts", "hosts are tried in their order"),
    ("passfile", "set OPTUNA_DB_PASSWORD_FILE"),
    ("replication", "leave it out"),
    ("require_auth", "leave it out"),
    ("requirepeer", "use sslmode=verify-full"),
    ("requiressl", "use sslmode=require"),
    ("schema", "set OPTUNA_DB_SCHEMA"),
    ("service", "write out what the service stands for"),
    ("servicefile", "write out what the service stands for"),
    ("ssl", "use sslmode"),
    (
        "ssl_min_protocol_version",
        "connections have TLS 1.2 or newer",
    ),
    ("sslcert", "use a password"),
    ("sslcertmode", "use a password"),
    ("sslcrl", "use sslrootcert"),
    ("sslcrldir", "use sslrootcert"),
    ("sslkey", "use a password"),
    ("sslpassword", "use a password"),
];

/// Reads what stands behind the scheme; `sqlalchemy` says whether the scheme has a driver, which only
/// SQLAlchemy knows.
pub(super) fn parse(rest: &str, sqlalchemy: bool) -> Result<Url, String> {
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (credentials, address) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = match credentials.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (credentials, None),
    };
    // The rest of a password that was not encoded would be shown as a host and a database.
    if database.contains('@') {
        return Err(format!("its database's name holds an `@`; help: {ENCODE}"));
    }
    if database.ends_with('/') {
        return Err("its database's name ends in a slash; help: take it off".to_owned());
    }
    let mut settings = PostgresSettings::new(Vec::new(), decoded(user)?, decoded(database)?);
    let mut password = password.map(decoded).transpose()?;
    let mut places = Places::default();
    for entry in address.split(',').filter(|_| !address.is_empty()) {
        places.add(entry)?;
    }
    let (mut hosts, mut ports) = (None, None);
    let mut ignored = Vec::new();
    for (key, value) in pairs(query, sqlalchemy)? {
        match key.as_str() {
            "host" => {
                let places = hosts.get_or_insert_with(Places::default);
                for entry in value.split(',') {
                    places.add_decoded(entry)?;
                }
            }
            "port" => {
                let ports = ports.get_or_insert_with(Vec::new);
                for text in value.split(',') {
                    ports.push(parse_port(text)?);
                }
            }
            "user" => settings.user = value,
            "password" => password = Some(value),
            "dbname" => settings.database = value,
            "sslmode" => settings.sslmode = Some(parse_sslmode(&value)?),
            "sslrootcert" => settings.sslrootcert = Some(PathBuf::from(value)),
            "options" => settings.schema = search_path::schema(&value)?.or(settings.schema),
            "target_session_attrs" => settings.attributes = attributes(&value)?,
            "connect_timeout" => settings.connect_timeout = connect_timeout(&value)?,
            _ => match ignores(&key, &value) {
                Some(name) => ignored.push(name),
                None => return Err(refusal(&key, query, password.as_deref())),
            },
        }
    }
    settings.hosts = match hosts {
        // As for libpq, the ports of the authority count unless others are given.
        Some(hosts) => {
            let own = hosts.ports.iter().any(Option::is_some);
            let ports = ports.or_else(|| places.given_ports().filter(|_| !own));
            hosts.with(ports)?
        }
        None => places.with(ports)?,
    };
    if password.as_deref() == Some("") {
        return Err(
            "its password is empty; help: write it out, or leave out the `:` before the `@`"
                .to_owned(),
        );
    }
    settings.password = password.map(Into::into);
    for (what, is_missing) in [
        ("user", settings.user.is_empty()),
        ("host", settings.hosts.is_empty()),
        ("database", settings.database.is_empty()),
    ] {
        if is_missing {
            return Err(format!(
                "it has no {what}; help: postgresql://user@host/database"
            ));
        }
    }
    ignored.sort_unstable();
    ignored.dedup();
    Ok(Url {
        target: Target::Postgres(Box::new(settings)),
        ignored,
    })
}

/// Hosts, and the ports behind them.
#[derive(Default)]
struct Places {
    names: Vec<String>,
    ports: Vec<Option<u16>>,
}

impl Places {
    /// One as it stands in the URL.
    fn add(&mut self, entry: &str) -> Result<(), String> {
        let (host, port) = split(entry)?;
        if host.is_empty() {
            // It may stand among the options.
            self.names.push(String::new());
            self.ports.push(port.map(parse_port).transpose()?);
            return Ok(());
        }
        self.push(&decoded(host)?, port)
    }

    /// The ports, where there are any.
    fn given_ports(&self) -> Option<Vec<u16>> {
        let given: Vec<u16> = self.ports.iter().copied().flatten().collect();
        (!given.is_empty()).then_some(given)
    }

    fn add_decoded(&mut self, entry: &str) -> Result<(), String> {
        let (host, port) = split(entry)?;
        self.push(host, port)
    }

    fn push(&mut self, host: &str, port: Option<&str>) -> Result<(), String> {
        let host = name(host).map_err(|problem| match problem.as_str() {
            "is empty" => "it has no host; help: postgresql://user@host/database".to_owned(),
            _ => format!("its host {problem}"),
        })?;
        self.names.push(host);
        self.ports.push(port.map(parse_port).transpose()?);
        Ok(())
    }

    /// With the ports that stand by themselves, or with their own.
    fn with(self, ports: Option<Vec<u16>>) -> Result<Vec<Host>, String> {
        if self.names.iter().any(String::is_empty) {
            return Err("it has no host; help: postgresql://user@host/database".to_owned());
        }
        let own = self.ports.iter().map(|port| port.unwrap_or(5432));
        let ports = ports.unwrap_or_else(|| own.collect());
        pair(&self.names, &ports).map_err(|problem| format!("it has {problem}"))
    }
}

fn parse_port(text: &str) -> Result<u16, String> {
    port(text).map_err(|_| format!("its port is no number from 1 to 65535; help: {ENCODE}"))
}

fn parse_sslmode(text: &str) -> Result<SslMode, String> {
    text.parse()
        .map_err(|_| "its sslmode is none of libpq's words".to_owned())
}

fn attributes(text: &str) -> Result<SessionAttributes, String> {
    use SessionAttributes::{Any, Primary, ReadWrite};
    let known = [Any, ReadWrite, Primary].into_iter();
    known
        .clone()
        .find(|attributes| attributes.as_str() == text)
        .ok_or_else(|| {
            let words: Vec<&str> = known.map(SessionAttributes::as_str).collect();
            format!(
                "its target_session_attrs is not supported; help: one of {}",
                words.join(", ")
            )
        })
}

/// As libpq has it: zero means for ever, which we never wait, and one means two.
fn connect_timeout(text: &str) -> Result<Option<Duration>, String> {
    match text.trim().parse::<i32>() {
        Ok(seconds) => Ok(u64::try_from(seconds)
            .ok()
            .filter(|seconds| *seconds > 0)
            .map(|seconds| Duration::from_secs(seconds.max(2)))),
        Err(_) => Err("its connect_timeout is no number of seconds".to_owned()),
    }
}

fn ignores(key: &str, value: &str) -> Option<&'static str> {
    let with = |(name, values): &&(&'static str, &[&str])| *name == key && values.contains(&value);
    let some = IGNORED_VALUES.iter().find(with).map(|(name, _)| *name);
    some.or(IGNORED.iter().find(|name| **name == key).copied())
}

fn refusal(key: &str, query: &str, password: Option<&str>) -> String {
    match REFUSED.iter().find(|(name, _)| *name == key) {
        Some((name, instead)) => {
            format!("its option `{name}` is not supported as it stands; help: {instead}")
        }
        None => unknown(key, query, password.unwrap_or_default()),
    }
}
