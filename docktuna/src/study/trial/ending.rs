//! How a trial that is being worked on ends: told, found closed, dropped, or failed from outside.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use tokio::runtime::{Handle, RuntimeFlavor};
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

use super::outcome::{DROPPED, outcome};
use super::running::{Live, RunningTrial};
use super::watch::Watch;
use crate::database::Beat;
use crate::error::{Error, Result};
use crate::id::TrialState;
use crate::lock::lock;
use crate::params::Params;
use crate::storage::{Finished, Ids, Outcome, Storage, TrialKey, now};
use crate::study::DynamicStudy;
use crate::trial::FrozenTrial;

impl RunningTrial {
    pub(in crate::study) async fn finish(
        &self,
        state: TrialState,
        values: Vec<f64>,
        reason: Option<&str>,
    ) -> Result<()> {
        let mut outcome = outcome(state, values, reason, &self.0.constraints);
        if state == TrialState::Fail {
            outcome.retries = self.0.study.retries();
        }
        self.finish_with(outcome).await
    }

    /// Ends a trial as FAIL that would fail again.
    pub(crate) async fn give_up(self, reason: &str) -> Result<()> {
        let (state, constraints) = (TrialState::Fail, &self.0.constraints);
        self.finish_with(outcome(state, Vec::new(), Some(reason), constraints))
            .await
    }

    async fn finish_with(&self, outcome: Outcome) -> Result<()> {
        let lost = || match outcome.values.as_slice() {
            [] => format!("state {}", outcome.state),
            [value] => format!("result {value}"),
            values => format!("result {values:?}"),
        };
        if self.0.told.load(Ordering::Acquire) {
            return Err(self.closed(lost()).await?);
        }
        self.set_outcome(outcome.clone());
        match self.write_end(self.0.study.storage(), &outcome).await? {
            Finished::Recorded | Finished::Retried | Finished::Moved(..) => Ok(()),
            Finished::Closed(state) => Err(self.closed_as(state, lost()).await?),
            Finished::Gone => Err(self.gone().await?),
        }
    }

    /// Ends a trial through another connection, because its own may wait for a runtime that an objective
    /// holds: with the result that was to be told, if there is one, and otherwise as FAIL.
    pub(in crate::study) async fn end_beside(&self, storage: &Storage, reason: &str) -> Result<()> {
        if self.0.told.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut pending = lock(&self.0.outcome).clone();
        if pending.state == TrialState::Fail {
            let retries = pending.retries;
            pending = outcome(pending.state, Vec::new(), Some(reason), &self.0.constraints);
            pending.retries = retries;
        }
        self.write_end(storage, &pending).await.map(drop)
    }

    /// Ends a trial in the background, even while its objective holds the runtime.
    pub(in crate::study) fn fail_beside(self, reason: &'static str) {
        let database = self.0.study.database().clone();
        database.write_beside(async move |storage| {
            if let Err(error) = self.end_beside(&storage, reason).await {
                tracing::warn!(trial = self.number().get(), %error, "a cancelled trial stays RUNNING");
            }
        });
    }

    async fn write_end(&self, storage: &Storage, outcome: &Outcome) -> Result<Finished> {
        let live = &self.0;
        let finished = storage
            .finish(live.study.row(), &live.key, &live.params, outcome)
            .instrument(self.span())
            .await?;
        // The run and the thread that listens to signals may both end a trial, which counts once.
        if live.told.swap(true, Ordering::AcqRel) {
            return Ok(finished);
        }
        self.still();
        live.watch.ended(&live.study, outcome, finished);
        if let Finished::Moved(id, _) = finished {
            // It is set nowhere else, and a trial ends once.
            let _ = live.moved.set(id);
        }
        Ok(finished)
    }

    /// The record of a trial that this handle has ended.
    pub(crate) async fn record(&self) -> Result<FrozenTrial> {
        let (study, key) = (&self.0.study, &self.0.key);
        let id = self.0.moved.get().copied().unwrap_or(key.id);
        let mut rows = study
            .storage()
            .load_trials(study.row(), Ids::one(id))
            .await?;
        match rows.pop() {
            Some(row) => Ok(row),
            None => Err(self.gone().await?),
        }
    }

    /// Says in which state the trial is that is not running any more.
    pub(in crate::study) async fn closed(&self, lost: String) -> Result<Error> {
        let key = &self.0.key;
        let row = self
            .0
            .study
            .storage()
            .load_trials(self.0.study.row(), Ids::one(key.id))
            .await?
            .pop();
        let kept = self.0.study.storage().keeps_commits();
        let own = row.filter(|row| {
            row.number == key.number && (kept || row.datetime_start == Some(key.started))
        });
        Ok(match own {
            Some(row) => self.closed_as(row.state, lost).await?,
            None => self.gone().await?,
        })
    }

    /// Says why the trial is over; one that was failed for its silence has not ended by itself.
    async fn closed_as(&self, state: TrialState, lost: String) -> Result<Error> {
        let (study, key) = (&self.0.study, &self.0.key);
        // SQLite may have given its row to a trial of another study.
        if !study.is_there().await? {
            return Ok(study.row().deleted());
        }
        let silence = match study.database().heart() {
            Some(heart) if state == TrialState::Fail => {
                let silence = study.storage().silence(key).await?;
                silence.filter(|silence| heart.is_suspicious(*silence))
            }
            _ => None,
        };
        Ok(Error::TrialClosed {
            trial: key.number,
            state,
            silence,
            lost,
        })
    }

    /// Lets the trial go on without a worker for a while: nothing beats for it, and should it end like this,
    /// a queued trial goes back there.
    pub(in crate::study) fn rest(&self) {
        self.still();
        let mut outcome = self.untold("the call that asked for the trial was cancelled");
        if self.0.queued {
            outcome.retries = i32::MAX.unsigned_abs();
        }
        self.set_outcome(outcome);
    }

    /// Gives the trial a worker again.
    pub(in crate::study) fn resume(&self) {
        self.set_outcome(self.untold(DROPPED));
        let beat = self.0.study.attend(self.0.key);
        let mut place = lock(&self.0.beat);
        *place = beat;
    }

    fn untold(&self, reason: &str) -> Outcome {
        let (state, constraints) = (TrialState::Fail, &self.0.constraints);
        let mut untold = outcome(state, Vec::new(), Some(reason), constraints);
        untold.retries = self.0.study.retries();
        untold
    }

    fn set_outcome(&self, outcome: Outcome) {
        *lock(&self.0.outcome) = outcome;
    }

    /// Ends the heartbeats.
    fn still(&self) {
        drop(lock(&self.0.beat).take());
    }

    /// Says whether the trial is gone alone, or with its study.
    async fn gone(&self) -> Result<Error> {
        let study = &self.0.study;
        Ok(if study.is_there().await? {
            Error::TrialGone {
                study: study.name().to_owned(),
                trial: self.number(),
            }
        } else {
            study.row().deleted()
        })
    }
}

/// What is written of a trial that was dropped.
struct End {
    study: DynamicStudy,
    key: TrialKey,
    params: Params,
    outcome: Outcome,
    /// Only for a result that could not be told, which others must not overtake.
    beat: Option<Beat>,
    watch: Watch,
}

impl End {
    async fn write(&mut self, storage: &Storage) {
        let row = self.study.row();
        let finishing = storage.finish(row, &self.key, &self.params, &self.outcome);
        let finished = finishing.instrument(self.watch.span()).await;
        drop(self.beat.take());
        match finished {
            Ok(finished) => self.watch.ended(&self.study, &self.outcome, finished),
            Err(error) => {
                let trial = self.key.number.0;
                tracing::warn!(trial, %error, "a dropped trial stays RUNNING");
            }
        }
    }
}

/// An end that is written on the caller's runtime or, if that does not get to it, beside it.
struct Sure(Option<End>);

impl Sure {
    async fn write(mut self) {
        if let Some(end) = &mut self.0 {
            let study = end.study.clone();
            end.write(study.storage()).await;
        }
        self.0 = None;
    }
}

impl Drop for Sure {
    fn drop(&mut self) {
        if let Some(mut end) = self.0.take() {
            let database = end.study.database().clone();
            // Who listens here does not listen to a thread of ours.
            let listener = tracing::dispatcher::get_default(Clone::clone);
            database.write_beside(async move |storage| {
                end.write(&storage).with_subscriber(listener).await;
            });
        }
    }
}

/// A trial without a result becomes FAIL. A result that could not be written, because the database was
/// unavailable or the call was cancelled, is written once more.
impl Drop for Live {
    fn drop(&mut self) {
        if *self.told.get_mut() {
            return;
        }
        let mut outcome = self
            .outcome
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let beat = self
            .beat
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let has_result = outcome.state != TrialState::Fail;
        if !has_result {
            outcome.at = now();
        }
        let end = Sure(Some(End {
            study: self.study.clone(),
            key: self.key,
            params: std::mem::take(&mut self.params),
            outcome,
            beat: beat.filter(|_| has_result),
            watch: self.watch.clone(),
        }));
        // A runtime of one thread may have to wait for its program for hours.
        let runtime = Handle::try_current().ok();
        let runtime =
            runtime.filter(|runtime| runtime.runtime_flavor() != RuntimeFlavor::CurrentThread);
        if let Some(runtime) = runtime {
            let database = self.study.database().clone();
            database.spawn_on(&runtime, end.write());
        }
    }
}
