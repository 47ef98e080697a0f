//! PostgreSQL: how we connect, and the operations.
//!
//! A trial costs two round trips, or four where the role may not create a function of its session
//! (see [`ask`]), or eight through a proxy that pools connections (see [`link`]). The lock on the
//! study's row, under which trials are numbered, has to be a statement of its own, because a statement
//! that waits for a lock goes on with the snapshot from before the wait and would number the trial
//! twice. The commit of the creation is asynchronous: the log is sequential, so the synchronous commit
//! of the result flushes the creation as well, and a crash in between can lose nothing but a trial
//! without a result.

mod ask;
mod connector;
mod functions;
mod heartbeat;
#[cfg(feature = "cli")]
mod inspect;
#[cfg(feature = "serve")]
mod known;
mod link;
mod listing;
mod login;
#[cfg(feature = "serve")]
mod look;
mod manage;
mod peer;
#[cfg(feature = "serve")]
mod start;
#[cfg(feature = "serve")]
mod steps;
mod study;
mod trial;
mod zone;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use connector::Connector;
use functions::Function;
use link::Link;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::OnceCell;

use crate::config::{PostgresSettings, SslMode};
use crate::error::Result;
use crate::id::StudyId;
use crate::storage::connection::failure;
use crate::storage::connection::pool::{Lease, Pool, Session};
use crate::storage::connection::unfinished::Unfinished;

/// How long connecting may take, name resolution and TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection that was idle may take to answer.
const PING_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) struct Postgres {
    connector: Arc<Connector>,
    pool: Pool<PgSession>,
    /// The zone of heartbeats, once it is known.
    zone: OnceCell<String>,
    zone_inquiry: Unfinished<Result<String>>,
    #[cfg(feature = "serve")]
    known: known::Known,
}

/// A connection, and what it saw of the queues.
struct PgSession {
    connection: Link,
    seen: HashMap<StudyId, ask::Seen>,
    ask_function: Function,
    #[cfg(feature = "serve")]
    add_trial_function: Function,
}

impl Session for PgSession {
    const IS_LINE: bool = true;

    fn is_in_transaction(&self) -> bool {
        self.connection.is_in_transaction()
    }

    async fn roll_back(&mut self) -> bool {
        let rolling_back = tokio::time::timeout(PING_TIMEOUT, self.connection.roll_back());
        matches!(rolling_back.await, Ok(Ok(())))
    }

    async fn ping(&mut self) -> bool {
        let ping = tokio::time::timeout(PING_TIMEOUT, self.connection.ping());
        matches!(ping.await, Ok(Ok(())))
    }

    async fn close(self) {
        // A server that is gone needs no goodbye.
        let _ = self.connection.close().await;
    }
}

impl Postgres {
    /// Connects once, so that wrong settings are found at once.
    pub(crate) async fn connect(settings: PostgresSettings, connections: usize) -> Result<Self> {
        let postgres = Self {
            connector: Arc::new(Connector::new(settings)),
            pool: Pool::new(connections, false),
            zone: OnceCell::new(),
            zone_inquiry: Unfinished::default(),
            #[cfg(feature = "serve")]
            known: known::Known::default(),
        };
        let lease = postgres.lease().await?;
        postgres.warn_of_clear_text(&lease.connection);
        if lease.connection.is_pooled() {
            tracing::info!(target = postgres.target(), "a proxy pools the connections");
        }
        lease.done();
        Ok(postgres)
    }

    /// A second access with one connection of its own.
    pub(crate) fn sibling(&self) -> Self {
        Self {
            connector: Arc::clone(&self.connector),
            pool: Pool::new(1, false),
            zone: self.zone.clone(),
            zone_inquiry: Unfinished::default(),
            #[cfg(feature = "serve")]
            known: known::Known::default(),
        }
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    pub(crate) fn settings(&self) -> &PostgresSettings {
        self.connector.settings()
    }

    /// For connections of the user's own, with the password as it is by now.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.connector.options()
    }

    pub(crate) fn target(&self) -> &str {
        self.connector.target()
    }

    async fn lease(&self) -> Result<Lease<'_, PgSession>> {
        self.pool
            .lease(|| {
                let connector = Arc::clone(&self.connector);
                async move {
                    Ok(PgSession {
                        connection: connector.open().await?,
                        seen: HashMap::new(),
                        ask_function: Function::default(),
                        #[cfg(feature = "serve")]
                        add_trial_function: Function::default(),
                    })
                }
            })
            .await
    }

    /// Ends the use of a connection: it is kept after a success, and after an error that has done it no harm, as
    /// a server in trouble has better things to do than to open connections. Others are closed.
    fn settle<T>(
        &self,
        lease: Lease<'_, PgSession>,
        op: &'static str,
        result: sqlx::Result<T>,
    ) -> Result<T> {
        match result {
            Ok(value) => {
                lease.done();
                Ok(value)
            }
            Err(error) => {
                let is_lost = failure::is_disconnect(&error);
                if !is_lost && failure::is_harmless(&error) && !lease.is_in_transaction() {
                    lease.done();
                } else {
                    lease.failed();
                }
                if is_lost {
                    self.pool.forget();
                }
                Err(failure::storage(op, self.target(), error))
            }
        }
    }

    /// `prefer` is libpq's default and silently ends in clear text where the server cannot encrypt.
    fn warn_of_clear_text(&self, link: &Link) {
        let may_be_clear = matches!(
            self.settings().sslmode.unwrap_or_default(),
            SslMode::Allow | SslMode::Prefer
        );
        if !may_be_clear || is_this_machine(&self.connector.host().name) {
            return;
        }
        let found = match link.is_encrypted() {
            Some(true) => return,
            Some(false) => "is not",
            None => "may not be",
        };
        tracing::warn!(
            target = self.target(),
            "the connection {found} encrypted; set OPTUNA_DB_SSLMODE to require or verify-full"
        );
    }
}

fn is_this_machine(host: &str) -> bool {
    host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres")
            .field("target", &self.target())
            .finish_non_exhaustive()
    }
}
