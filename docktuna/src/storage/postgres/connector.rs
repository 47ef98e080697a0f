//! How a connection is made: to which of several hosts, and with which password.
//!
//! Hosts are tried in turn, as libpq tries them. A server that is there and refuses us is the last that is
//! asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::link::{self, Link};
use super::login::Login;
use super::{CONNECT_TIMEOUT, zone};
use crate::config::{Host, PostgresSettings, Secret, SessionAttributes, SslMode};
use crate::error::{ConnectReason, Error, Result};
use crate::storage::connection::failure;

pub(super) struct Connector {
    settings: PostgresSettings,
    /// Without a host, and without the password, which may change.
    options: PgConnectOptions,
    /// Which of the hosts answered last.
    answered: AtomicUsize,
    login: Login,
    target: String,
}

impl Connector {
    pub(super) fn new(settings: PostgresSettings) -> Self {
        let hosts: Vec<String> = settings.hosts.iter().map(ToString::to_string).collect();
        Self {
            target: format!("PostgreSQL {}/{}", hosts.join(","), settings.database),
            options: options(&settings),
            answered: AtomicUsize::new(0),
            login: Login::new(&settings),
            settings,
        }
    }

    pub(super) fn settings(&self) -> &PostgresSettings {
        &self.settings
    }

    /// Host, port and database.
    pub(super) fn target(&self) -> &str {
        &self.target
    }

    /// The host that answered last.
    pub(super) fn host(&self) -> &Host {
        &self.settings.hosts[self.answered.load(Ordering::Relaxed)]
    }

    /// For connections of the user's own, with the password as it is by now.
    pub(super) fn options(&self) -> PgConnectOptions {
        let options = at(&self.options, self.host());
        let options = with_password(options, self.login.newest().as_ref());
        match &self.settings.schema {
            Some(schema) => options.options([("search_path", link::quoted(schema))]),
            None => options,
        }
    }

    /// A connection to the first host that will do.
    pub(super) async fn open(&self) -> Result<Link> {
        loop {
            let password = self.login.password(&self.target)?;
            let opened = self.open_with(password.as_ref()).await;
            if !self.login.has_newer(password.as_ref(), &opened) {
                return opened;
            }
        }
    }

    async fn open_with(&self, password: Option<&Secret>) -> Result<Link> {
        let hosts = &self.settings.hosts;
        let mut index = 0;
        loop {
            match self.open_at(&hosts[index], password).await {
                Err(error) if index + 1 < hosts.len() && is_elsewhere(&error) => {
                    tracing::debug!(host = %hosts[index], %error, "trying the next host");
                    index += 1;
                }
                Err(error) => return Err(error),
                Ok(link) => {
                    self.answered.store(index, Ordering::Relaxed);
                    return Ok(link);
                }
            }
        }
    }

    async fn open_at(&self, host: &Host, password: Option<&Secret>) -> Result<Link> {
        let opening = async {
            let options = with_password(at(&self.options, host), password);
            let schema = self.settings.schema.as_deref();
            let mut link = Link::open(&options, schema, &self.target).await?;
            self.verify_session(&mut link).await?;
            Ok(link)
        };
        self.in_time(opening).await
    }

    /// The zone of a session that asks for none.
    pub(super) async fn zone(&self) -> Result<String> {
        loop {
            let settings = PostgresSettings {
                password: self.login.password(&self.target)?,
                ..self.settings.clone()
            };
            let asking = async {
                let zone = zone::session_zone(&settings, self.host()).await;
                zone.map_err(|error| failure::connect(&self.target, error))
            };
            let zone = self.in_time(asking).await;
            if !self.login.has_newer(settings.password.as_ref(), &zone) {
                return zone;
            }
        }
    }

    /// A host that vanished would keep us waiting for the system's own, much longer limit.
    async fn in_time<T>(&self, connecting: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.settings.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
        tokio::time::timeout(limit, connecting)
            .await
            .unwrap_or_else(|_| {
                let error = sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
                Err(failure::connect(&self.target, error))
            })
    }

    /// Whether the session is one of those that were asked for.
    async fn verify_session(&self, link: &mut Link) -> Result<()> {
        let is_standby_or_reads = match self.settings.attributes {
            SessionAttributes::Any => return Ok(()),
            SessionAttributes::Primary => link.role().await.map(|(standby, _)| standby),
            SessionAttributes::ReadWrite => {
                link.role().await.map(|(standby, reads)| standby || reads)
            }
        };
        match is_standby_or_reads {
            Ok(false) => Ok(()),
            Ok(true) => Err(Error::Connect {
                target: self.target.clone(),
                reason: ConnectReason::Session,
                source: "the server is a standby, or is read-only".into(),
            }),
            Err(error) => Err(failure::connect(&self.target, error)),
        }
    }
}

/// Whether another host may do better.
fn is_elsewhere(error: &Error) -> bool {
    use ConnectReason::{Dns, Refused, Session, Unavailable};
    matches!(
        error,
        Error::Connect {
            reason: Dns | Refused | Session | Unavailable,
            ..
        }
    )
}

fn options(settings: &PostgresSettings) -> PgConnectOptions {
    // The constructor reads PGPASSWORD and its like, so every field that can be set is set here, and the
    // host and the password where a connection is made.
    let mut options = PgConnectOptions::new_without_pgpass()
        .username(&settings.user)
        .database(&settings.database)
        .application_name("docktuna")
        // Proxies refuse it, and numbers do not travel as text.
        .extra_float_digits(None)
        .ssl_mode(match settings.sslmode.unwrap_or_default() {
            SslMode::Disable => PgSslMode::Disable,
            SslMode::Allow => PgSslMode::Allow,
            SslMode::Prefer => PgSslMode::Prefer,
            // As libpq has it: a root certificate turns `require` into `verify-ca`.
            SslMode::Require if settings.root_file().is_some() => PgSslMode::VerifyCa,
            SslMode::Require => PgSslMode::Require,
            SslMode::VerifyCa => PgSslMode::VerifyCa,
            SslMode::VerifyFull => PgSslMode::VerifyFull,
        })
        .disable_statement_logging();
    if let Some(file) = settings.root_file() {
        options = options.ssl_root_cert(file);
    }
    options
}

fn at(options: &PgConnectOptions, host: &Host) -> PgConnectOptions {
    let options = options.clone().port(host.port);
    match host.is_socket() {
        true => options.socket(&host.name),
        false => options.host(&host.name),
    }
}

fn with_password(options: PgConnectOptions, password: Option<&Secret>) -> PgConnectOptions {
    options.password(password.map_or("", |password| password.expose()))
}
