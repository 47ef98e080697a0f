//! What keeps a fleet's trials from running for ever: heartbeats, and failing those without.

use std::time::Duration;

#[cfg(feature = "postgres")]
use super::Postgres;
#[cfg(feature = "sqlite")]
use super::Sqlite;
use super::rows::record::{Ended, StudyRow, TrialKey};
use super::rows::{Horizon, Look};
use super::{Storage, once, repeated};
use crate::error::Result;
use crate::id::TrialId;
use crate::optuna;
use crate::shown::Shown;

/// How long a trial that looks silent may take to be heard after all, at most.
const LAST_WORD: Duration = Duration::from_secs(1);

/// How many stale trials a call failed, and how many of them it put into the queue again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    pub(crate) failed: usize,
    pub(crate) retried: usize,
}

impl Storage {
    /// A second access to the same database with a connection of its own, for a task that must never
    /// wait behind others; none to a database in memory, which ends with its only process.
    pub(crate) fn sibling(&self) -> Option<Self> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(database) => Some(Self::Postgres(Box::new(Postgres::sibling(database)))),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(database) => {
                Sqlite::sibling(database).map(|sibling| Self::Sqlite(Box::new(sibling)))
            }
        }
    }

    /// Records a heartbeat of each of the trials; returns those that are still running.
    pub(crate) async fn beat(&self, trials: &[TrialKey]) -> Result<Vec<TrialId>> {
        repeated!(self.beat(trials))
    }

    /// Fails the running trials of a study that sent no heartbeat for longer than `grace`, and puts
    /// those into the queue again that were retried less than `retries` times.
    ///
    /// Whichever process changes a trial's state also retries it, in the same transaction, so neither
    /// happens twice. A database that hung lets the heartbeats of the living through together with this
    /// call, so those that look silent get a moment to be heard, and only who is silent still is failed.
    ///
    /// `horizon` is where the look before this one ended, and becomes where this one did.
    pub(crate) async fn fail_stale(
        &self,
        study: &StudyRow,
        grace: Duration,
        retries: u32,
        horizon: &mut Option<Horizon>,
    ) -> Result<Swept> {
        let mut swept = Swept::default();
        let look = self.stale_trials(study, grace, horizon.take()).await?;
        *horizon = look.horizon;
        let silent = look.silent;
        if !silent.is_empty() {
            tokio::time::sleep((grace / 4).min(LAST_WORD)).await;
        }
        for trial in silent {
            let silent = trial.silence.as_secs_f64();
            let reason = format!("no heartbeat for {silent:.0} s: its worker is gone");
            let note = optuna::write_failure_note(&reason);
            let reason = optuna::write_json_text(&reason);
            let texts = (reason.as_str(), note.as_str());
            let ended = repeated!(self.fail_stale(study, &trial, grace, texts, retries))?;
            if ended == Ended::No {
                continue;
            }
            let retried = ended == Ended::Retried;
            tracing::warn!(
                study = %Shown(&study.name), trial = trial.number.0, silent, retried,
                "a stale trial was marked FAIL"
            );
            swept.failed += 1;
            swept.retried += usize::from(retried);
        }
        Ok(swept)
    }

    /// Looks at all of a study's trials if there is no horizon any more.
    async fn stale_trials(
        &self,
        study: &StudyRow,
        grace: Duration,
        horizon: Option<Horizon>,
    ) -> Result<Look> {
        if let Some(horizon) = horizon {
            let look = repeated!(self.stale_trials(study.id, grace, Some(&horizon)))?;
            if look.horizon.is_some() {
                return Ok(look);
            }
        }
        repeated!(self.stale_trials(study.id, grace, None))
    }

    /// For how long a failed trial had been silent when it was failed; `None` if it sent no heartbeats.
    pub(crate) async fn silence(&self, key: &TrialKey) -> Result<Option<Duration>> {
        repeated!(self.silence(key))
    }
}
