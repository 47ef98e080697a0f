//! Several hosts: they are tried in turn, as libpq tries them.

use std::sync::atomic::Ordering;

use sqlx::postgres::PgConnectOptions;

use super::link::Link;
use super::{CONNECT_TIMEOUT, Postgres};
use crate::config::{Host, SessionAttributes};
use crate::error::{ConnectReason, Error, Result};
use crate::storage::failure;

impl Postgres {
    /// A connection to the first host that will do. A server that is there and refuses us is the last
    /// that is asked.
    pub(super) async fn open(&self) -> Result<Link> {
        let hosts = &self.settings.hosts;
        let mut index = 0;
        loop {
            match self.open_at(&hosts[index]).await {
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

    /// The host that answered last.
    pub(super) fn host(&self) -> &Host {
        &self.settings.hosts[self.answered.load(Ordering::Relaxed)]
    }

    async fn open_at(&self, host: &Host) -> Result<Link> {
        let opening = async {
            let options = at(&self.options, host);
            let schema = self.settings.schema.as_deref();
            let mut link = Link::open(&options, schema, &self.target).await?;
            self.verify_session(&mut link).await?;
            Ok(link)
        };
        // A host that vanished would keep us waiting for the system's own, much longer limit.
        let limit = self.settings.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
        tokio::time::timeout(limit, opening)
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
                source: "the server is a standby, or only reads".into(),
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

/// The options with a host.
pub(super) fn at(options: &PgConnectOptions, host: &Host) -> PgConnectOptions {
    let options = options.clone().port(host.port);
    match host.is_socket() {
        true => options.socket(&host.name),
        false => options.host(&host.name),
    }
}
