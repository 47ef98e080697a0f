//! Heartbeats, stale trials and retries.

use std::sync::Arc;
use std::time::Duration;

use super::Postgres;
use super::ask::lock_study;
use super::link::Link;
use crate::error::Result;
use crate::id::{Int, StudyId, TrialId, TrialNumber};
use crate::optuna::retry_attributes;
use crate::storage::rows::record::{Ended, Silent, StudyRow, TrialKey, now, silence};
use crate::storage::rows::{Horizon, Look};
use crate::storage::{Statement, statements};

statements! { "postgres":
    BEAT "beat",
    FAIL_STALE "fail_stale",
    RETRY_ATTRIBUTES "retry_attributes",
    RETRY_TRIAL "retry_trial",
    SILENCE "silence",
    STALE_TRIALS "stale_trials",
}

impl Postgres {
    /// The zone of heartbeats, which is asked for once.
    pub(super) async fn zone(&self) -> Result<&str> {
        let zone = self.zone.get_or_try_init(|| {
            self.zone_inquiry.finish(|| {
                let connector = Arc::clone(&self.connector);
                async move { connector.zone().await }
            })
        });
        Ok(zone.await?)
    }

    /// Records a heartbeat of each of the trials; returns those that are still running.
    pub(crate) async fn beat(&self, trials: &[TrialKey]) -> Result<Vec<TrialId>> {
        let zone = self.zone().await?;
        let ids: Vec<Int> = trials.iter().map(|key| key.id.0).collect();
        let numbers: Vec<i32> = trials.iter().map(|key| key.number.0).collect();
        let starts: Vec<_> = trials.iter().map(|key| key.started).collect();
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(BEAT.text)
            .bind(ids)
            .bind(numbers)
            .bind(starts)
            .bind(zone)
            .fetch_all(&mut lease.connection)
            .await;
        let alive: Vec<Int> = self.settle(lease, BEAT.name, result)?;
        Ok(alive.into_iter().map(TrialId).collect())
    }

    /// The running trials of a study that have been silent for longer than `grace`; all of its trials are looked at, or
    /// those from a horizon on.
    pub(crate) async fn stale_trials(
        &self,
        study: StudyId,
        grace: Duration,
        horizon: Option<&Horizon>,
    ) -> Result<Look> {
        let zone = self.zone().await?;
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(STALE_TRIALS.text)
            .bind(study.0)
            .bind(grace.as_secs_f64())
            .bind(zone)
            .bind(horizon.map_or(Int(0), |horizon| horizon.last))
            .bind(horizon.map_or(&[][..], |horizon| &horizon.open))
            .bind(horizon.map(|horizon| horizon.ended.as_str()))
            // A plan for good could not know whether few of the study's trials are looked at, or all.
            .persistent(false)
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
        let zone = self.zone().await?;
        let mut lease = self.lease().await?;
        let result = async {
            let link = &mut lease.connection;
            lock_study(link, study.id, false).await?;
            let failed = sqlx::query(FAIL_STALE.text)
                .bind(trial.id.0)
                .bind(grace.as_secs_f64())
                .bind(now())
                .bind(reason)
                .bind(zone)
                .bind(note)
                .fetch_optional(&mut *link)
                .await?
                .is_some();
            let place = (study.id, trial.id, trial.number);
            let retried = failed && retry(link, place, retries).await?;
            link.commit().await?;
            Ok(Ended::of(failed, retried))
        }
        .await;
        self.settle(lease, FAIL_STALE.name, result)
    }

    /// For how long a failed trial had been silent when it was failed.
    pub(crate) async fn silence(&self, key: &TrialKey) -> Result<Option<Duration>> {
        let zone = self.zone().await?;
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(SILENCE.text)
            .bind(key.id.0)
            .bind(zone)
            .fetch_optional(&mut lease.connection)
            .await;
        let seconds: Option<f64> = self.settle(lease, SILENCE.name, result)?;
        Ok(seconds.map(silence))
    }
}

/// Puts a trial that this transaction has failed into the queue again, unless it was retried `retries`
/// times; the transaction holds the study's lock.
pub(super) async fn retry(
    link: &mut Link,
    (study, trial, number): (StudyId, TrialId, TrialNumber),
    retries: u32,
) -> sqlx::Result<bool> {
    if retries == 0 {
        return Ok(false);
    }
    let stored = sqlx::query_as(RETRY_ATTRIBUTES.text)
        .bind(trial.0)
        .fetch_all(&mut *link)
        .await?;
    let Some((first, history)) = retry_attributes(stored, number, retries) else {
        return Ok(false);
    };
    sqlx::query(RETRY_TRIAL.text)
        .bind(study.0)
        .bind(trial.0)
        .bind(first)
        .bind(history)
        .execute(link)
        .await?;
    Ok(true)
}
