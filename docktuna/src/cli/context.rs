//! What all subcommands share: the database, the format, and how an interrupt reaches them.

use std::time::Duration;

use tokio::sync::OnceCell;

use super::failure::Failure;
use super::output::Format;
use crate::database::{DatabaseBuilder, OptunaDatabase};
use crate::study::DynamicStudy;

/// The arguments that every subcommand takes.
pub(super) struct Context {
    storage: Option<String>,
    format: Option<Format>,
    db: OnceCell<OptunaDatabase>,
}

impl Context {
    pub(super) fn new(storage: Option<String>, format: Option<Format>) -> Self {
        Self {
            storage,
            format,
            db: OnceCell::new(),
        }
    }

    /// The settings, with the URL of the arguments before all others.
    pub(super) fn settings(&self) -> DatabaseBuilder {
        let builder = OptunaDatabase::builder().from_env().max_connections(1);
        // No trial of ours runs.
        let builder = builder.heartbeat_interval(Duration::ZERO);
        match &self.storage {
            Some(url) => builder.url(url),
            None => builder,
        }
    }

    /// The database, opened when it is first needed.
    pub(super) async fn db(&self) -> Result<&OptunaDatabase, Failure> {
        let opening = self.db.get_or_try_init(|| self.settings().connect());
        Ok(opening.await?)
    }

    pub(super) async fn study(&self, name: &str) -> Result<DynamicStudy, Failure> {
        Ok(self.db().await?.dynamic_study(name).await?)
    }

    /// Closes the database, so that an SQLite file has no log beside it.
    pub(super) async fn close(&self) {
        if let Some(db) = self.db.get() {
            db.close().await;
        }
    }

    pub(super) fn format(&self) -> Format {
        self.format.unwrap_or_default()
    }

    /// The format, if one was given.
    pub(super) fn given_format(&self) -> Option<Format> {
        self.format
    }
}

/// Ends when the user, or the system, wants the command to end. It looks out for that from the call on.
pub(super) fn interrupted() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let [interrupt, terminate] = {
        use tokio::signal::unix::{SignalKind, signal};
        [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| {
            let signal = signal(kind);
            async move {
                match signal {
                    Ok(mut signal) => {
                        signal.recv().await;
                    }
                    // Then it ends the process by itself.
                    Err(_) => std::future::pending().await,
                }
            }
        })
    };
    #[cfg(not(unix))]
    let (interrupt, terminate) = (
        async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        },
        std::future::pending::<()>(),
    );
    async move {
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
    }
}
