//! Hosts and ports, one or several, as libpq takes them.

use std::fmt;
use std::net::Ipv6Addr;

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    /// A name, an address, or the folder of a Unix socket.
    pub(crate) name: String,
    pub(crate) port: u16,
}

/// What libpq takes where no port is given.
const DEFAULT_PORT: u16 = 5432;

impl Host {
    /// Whether it is the folder of a Unix socket.
    pub(crate) fn is_socket(&self) -> bool {
        self.name.starts_with('/')
    }

    /// Whether it is an address of IPv6.
    pub(crate) fn is_v6(&self) -> bool {
        self.name.contains(':') && !self.is_socket()
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_v6() {
            true => write!(f, "[{}]:{}", self.name, self.port),
            false => write!(f, "{}:{}", self.name, self.port),
        }
    }
}

/// A host, and the port if one stands behind it: `h`, `h:1`, `[::1]:1`, `/folder`.
pub(super) fn split(entry: &str) -> Result<(&str, Option<&str>), String> {
    if let Some(v6) = entry.strip_prefix('[') {
        let (name, port) = v6.split_once(']').ok_or("its host lacks a `]`")?;
        return match (port, port.strip_prefix(':')) {
            ("", _) => Ok((name, None)),
            (_, Some(port)) => Ok((name, Some(port))),
            (_, None) => Err("there is something between the `]` and the port".to_owned()),
        };
    }
    match entry.split_once(':') {
        Some((name, port)) if !entry.starts_with('/') && !is_v6(entry) => Ok((name, Some(port))),
        _ => Ok((entry, None)),
    }
}

/// Hosts with their ports. One port counts for all hosts.
pub(super) fn pair(names: &[String], ports: &[u16]) -> Result<Vec<Host>, String> {
    let host = |(name, port): (&String, u16)| Host {
        name: name.clone(),
        port,
    };
    match *ports {
        [] => Ok(names
            .iter()
            .map(|name| host((name, DEFAULT_PORT)))
            .collect()),
        [port] => Ok(names.iter().map(|name| host((name, port))).collect()),
        _ if ports.len() == names.len() => {
            Ok(names.iter().zip(ports.iter().copied()).map(host).collect())
        }
        _ => Err(format!(
            "{} ports for {} hosts; help: one port for all hosts, or as many as hosts",
            ports.len(),
            names.len()
        )),
    }
}

/// A port, 5432 for an empty text. What is no port is not shown: it may be a part of a password.
pub(super) fn port(text: &str) -> Result<u16, String> {
    match text.trim() {
        "" => Ok(DEFAULT_PORT),
        text => text.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
            "is no port; help: give a number from 1 to 65535, 5432 by default".to_owned()
        }),
    }
}

/// The name or address of a host, without white space and brackets around it.
///
/// # Errors
///
/// Which mistake it is, as the predicate of a sentence. The text is not shown: it may hold a password.
pub(super) fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|v6| v6.strip_suffix(']'));
    let text = bare.unwrap_or(text);
    if let Some(folder) = text.strip_prefix('/') {
        return match folder.contains('\0') {
            true => Err("holds a NUL character".to_owned()),
            false => Ok(text.to_owned()),
        };
    }
    if is_v6(text) {
        return Ok(text.to_owned());
    }
    let plain = |c: char| c.is_alphanumeric() || "-._".contains(c);
    let problem = if text.is_empty() {
        "is empty"
    } else if text.contains("://") {
        "is a URL; help: give it to OPTUNA_STORAGE"
    } else if is_quoted(text) {
        "has quotes around it; help: take them off"
    } else if text.contains('@') {
        "holds an `@`; help: give the host alone, and the user in OPTUNA_DB_USER"
    } else if bare.is_some() {
        "has brackets around something that is no address of IPv6"
    } else if text.split_once(':').is_some_and(|(name, port)| {
        name.chars().all(plain) && port.bytes().all(|digit| digit.is_ascii_digit())
    }) {
        "has a port behind it; help: give the port in OPTUNA_DB_PORT"
    } else if !text.chars().all(plain) {
        "is no name of a host; help: a name, an address, or the folder of a Unix socket"
    } else {
        return Ok(text.to_owned());
    };
    Err(problem.to_owned())
}

/// Whether a text stands in quotes of one kind.
pub(super) fn is_quoted(text: &str) -> bool {
    ['"', '\'', '`']
        .iter()
        .any(|quote| text.len() > 1 && text.starts_with(*quote) && text.ends_with(*quote))
}

/// An address of IPv6, perhaps with a zone.
fn is_v6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').unwrap_or((text, "0"));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    address.parse::<Ipv6Addr>().is_ok() && !zone.is_empty() && zone.chars().all(plain)
}
