//! Heartbeats, stale trials and retries.

use std::time::Duration;

use sqlx::sqlite::SqliteConnection;

use super::attributes::set_attributes;
use super::study::json_list;
use super::{Sqlite, datetime, write};
use crate::error::Result;
use crate::id::{Int, StudyId, TrialId, TrialNumber};
use crate::optuna::{keys, retry_attributes};
use crate::storage::rows::record::{Attrs, Ended, Silent, StudyRow, TrialKey, now, silence};
use crate::storage::rows::{Horizon, Look};
use crate::storage::{Statement, statements};

statements! { "sqlite":
    BEAT "beat",
    COPY_PARAMS "copy_params",
    COPY_SYSTEM_ATTRIBUTES "copy_system_attributes",
    COPY_USER_ATTRIBUTES "copy_user_attributes",
    FAIL_STALE "fail_stale",
    NOTE_TRIAL "note_trial",
    RETRY_ATTRIBUTES "retry_attributes",
    RETRY_TRIAL "retry_trial",
    SILENCE "silence",
    STALE_TRIALS "stale_trials",
}

impl Sqlite {
    /// Records a heartbeat of each of the trials; returns those that are still running.
    pub(crate) async fn beat(&self, trials: &[TrialKey]) -> Result<Vec<TrialId>> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let mut alive = Vec::with_capacity(trials.len());
            for key in trials {
                if beat(&mut transaction, key).await? {
                    alive.push(key.id);
                }
            }
            transaction.commit().await?;
            Ok(alive)
        }
        .await;
        self.settle(lease, BEAT.name, result)
    }

    /// The running trials of a study that have been silent for longer than `grace`; all of its trials are looked at, or
    /// those from a horizon on.
    pub(crate) async fn stale_trials(
        &self,
        study: StudyId,
        grace: Duration,
        horizon: Option<&Horizon>,
    ) -> Result<Look> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(STALE_TRIALS.text)
            .bind(study.0)
            .bind(grace.as_secs_f64())
            .bind(horizon.map_or(Int(0), |horizon| horizon.last))
            .bind(json_list(horizon.map_or(&[], |horizon| &horizon.open)))
            .bind(horizon.map(|horizon| horizon.ended.as_str()))
            .fetch_all(&mut lease.connection)
            .await;
        self.settle(lease, STALE_TRIALS.name, result)
            .map(Look::from_rows)
    }

    /// Fails a stale trial and, while it was retried less than `retries` times, puts it into the queue
    /// again, in one transaction.
    pub(crate) async fn fail_stale(
        &self,
        study: &StudyRow,
        trial: &Silent,
        grace: Duration,
        (reason, note): (&str, &str),
        retries: u32,
    ) -> Result<Ended> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let failed = sqlx::query(FAIL_STALE.text)
                .bind(trial.id.0)
                .bind(grace.as_secs_f64())
                .bind(datetime(now()))
                .fetch_optional(&mut *transaction)
                .await?
                .is_some();
            if failed {
                let reason = [(keys::ERROR.to_owned(), reason.to_owned())];
                set_attributes(Attrs::User, &mut transaction, trial.id.0, &reason).await?;
                note_failure(&mut transaction, study.id, trial.id, note).await?;
            }
            let place = (study.id, trial.id, trial.number);
            let retried = failed && retry(&mut transaction, place, retries).await?;
            transaction.commit().await?;
            Ok(Ended::of(failed, retried))
        }
        .await;
        self.settle(lease, FAIL_STALE.name, result)
    }

    /// For how long a failed trial had been silent when it was failed.
    pub(crate) async fn silence(&self, key: &TrialKey) -> Result<Option<Duration>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(SILENCE.text)
            .bind(key.id.0)
            .fetch_optional(&mut lease.connection)
            .await;
        let seconds: Option<f64> = self.settle(lease, SILENCE.name, result)?;
        Ok(seconds.map(silence))
    }
}

/// Records a heartbeat; false if the trial is not ours, or not running.
pub(super) async fn beat(connection: &mut SqliteConnection, key: &TrialKey) -> sqlx::Result<bool> {
    let beaten = sqlx::query(BEAT.text)
        .bind(key.id.0)
        .bind(key.study.0)
        .bind(key.number.0)
        .bind(datetime(key.started))
        .fetch_optional(connection)
        .await?;
    Ok(beaten.is_some())
}

/// Gives a trial that this transaction has failed a note, unless it has one.
pub(super) async fn note_failure(
    connection: &mut SqliteConnection,
    study: StudyId,
    trial: TrialId,
    note: &str,
) -> sqlx::Result<()> {
    let noting = sqlx::query(NOTE_TRIAL.text)
        .bind(study.0)
        .bind(trial.0)
        .bind(note);
    noting.execute(connection).await.map(drop)
}

/// Puts a trial that this transaction has failed into the queue again, unless it was retried `retries`
/// times.
pub(super) async fn retry(
    connection: &mut SqliteConnection,
    (study, trial, number): (StudyId, TrialId, TrialNumber),
    retries: u32,
) -> sqlx::Result<bool> {
    if retries == 0 {
        return Ok(false);
    }
    let stored = sqlx::query_as(RETRY_ATTRIBUTES.text)
        .bind(trial.0)
        .fetch_all(&mut *connection)
        .await?;
    let Some((first, history)) = retry_attributes(stored, number, retries) else {
        return Ok(false);
    };
    let copy: Int = sqlx::query_scalar(RETRY_TRIAL.text)
        .bind(study.0)
        .fetch_one(&mut *connection)
        .await?;
    for statement in [COPY_PARAMS, COPY_SYSTEM_ATTRIBUTES, COPY_USER_ATTRIBUTES] {
        sqlx::query(statement.text)
            .bind(trial.0)
            .bind(copy)
            .execute(&mut *connection)
            .await?;
    }
    let counted = [
        (keys::FAILED_TRIAL.to_owned(), first),
        (keys::RETRY_HISTORY.to_owned(), history),
    ];
    set_attributes(Attrs::System, connection, copy, &counted).await?;
    Ok(true)
}
