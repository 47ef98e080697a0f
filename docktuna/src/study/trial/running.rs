//! A running trial.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use tracing::Span;

use super::outcome::{DROPPED, outcome};
use super::pruning::{Own, Pruning};
use super::watch::Watch;
use crate::database::Beat;
use crate::error::{Error, Result};
use crate::id::{TrialId, TrialNumber, TrialState};
use crate::lock::lock;
use crate::optuna;
use crate::params::Params;
use crate::params::rules::Constraints;
use crate::storage::{Attrs, Outcome, Reported, TrialKey};
use crate::study::run::objective::pruned;
use crate::study::{DynamicStudy, Values, attribute_json};

/// A running trial.
///
/// If it is dropped without a result, it becomes FAIL. On a thread without a runtime, or after the
/// runtime has ended, a thread of the database handle writes that. It is written in the background, so a
/// program should await [`OptunaDatabase::close`](crate::OptunaDatabase::close) before it ends. A trial
/// whose end could not be written sends no more heartbeats, and another worker of the study marks it FAIL
/// after the grace period.
#[derive(Debug)]
pub struct RunningTrial(pub(in crate::study) Arc<Live>);

#[derive(Debug)]
pub(in crate::study) struct Live {
    pub(in crate::study) study: DynamicStudy,
    pub(in crate::study) pruning: Arc<Pruning>,
    pub(in crate::study) key: TrialKey,
    pub(in crate::study) params: Params,
    pub(in crate::study) constraints: Constraints,
    /// What it reported; the report of the largest step becomes the value of a pruned trial.
    pub(in crate::study) own: Mutex<Own>,
    /// What is to be told: FAIL, unless something else was told without success.
    pub(in crate::study) outcome: Mutex<Outcome>,
    pub(in crate::study) told: AtomicBool,
    /// The row of its result, if it is not the one in which it began.
    pub(in crate::study) moved: OnceLock<TrialId>,
    /// Ends with the trial; none where heartbeats are off.
    pub(in crate::study) beat: Mutex<Option<Beat>>,
    /// Whether it comes from the queue.
    pub(in crate::study) queued: bool,
    pub(in crate::study) watch: Watch,
}

impl RunningTrial {
    pub(crate) fn new(
        study: DynamicStudy,
        pruning: Arc<Pruning>,
        key: TrialKey,
        params: Params,
        constraints: Constraints,
    ) -> Self {
        let mut dropped = outcome(TrialState::Fail, Vec::new(), Some(DROPPED), &constraints);
        dropped.retries = study.retries();
        study.counters().asked();
        let beat = Mutex::new(study.attend(key));
        let watch = Watch::new(study.name(), key.number);
        Self(Arc::new(Live {
            study,
            pruning,
            key,
            params,
            constraints,
            own: Mutex::default(),
            outcome: Mutex::new(dropped),
            told: AtomicBool::new(false),
            moved: OnceLock::new(),
            beat,
            queued: false,
            watch,
        }))
    }

    /// The same trial with what it brought from the queue.
    pub(crate) fn with(mut self, params: Params, constraints: Constraints, own: Own) -> Self {
        if let Some(live) = Arc::get_mut(&mut self.0) {
            live.params = params;
            live.constraints = constraints;
            live.own = Mutex::new(own);
            live.queued = true;
        }
        self
    }

    /// The span of its objective.
    pub(crate) fn span(&self) -> Span {
        self.0.watch.span()
    }

    pub(crate) fn key(&self) -> &TrialKey {
        &self.0.key
    }

    /// A second handle, so that a run can tell what an objective returned.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Its place in the study.
    #[must_use]
    pub fn number(&self) -> TrialNumber {
        self.0.key.number
    }

    /// Its parameters.
    #[must_use]
    pub fn params(&self) -> &Params {
        &self.0.params
    }

    /// The study it belongs to.
    #[must_use]
    pub fn study(&self) -> &DynamicStudy {
        &self.0.study
    }

    /// Reports an intermediate value: the loss or accuracy at this step. Any number is allowed, including
    /// NaN and infinities.
    ///
    /// # Errors
    ///
    /// [`Error::StepReported`] for a step that was reported before; [`Error::TrialClosed`] if the trial
    /// has ended; [`Error::SeveralObjectives`] in a study with several objectives, for which Optuna has
    /// no reports.
    ///
    /// # Cancel safety
    ///
    /// The report may or may not have been written, but never twice. If it is repeated, it is either
    /// written or refused with [`Error::StepReported`].
    pub async fn report(&self, step: u32, value: f64) -> Result<()> {
        let study = &self.0.study;
        if study.directions().len() > 1 {
            return Err(study.several_objectives());
        }
        let stored = i32::try_from(step).map_err(|_| Error::InvalidResult {
            trial: self.number(),
            found: format!("a report at step {step}"),
            rule: "a step is at most 2147483647",
        })?;
        match study
            .storage()
            .report(&self.0.key, stored.into(), value)
            .await?
        {
            Reported::Recorded => {
                self.own().curve.insert(step, value);
                Ok(())
            }
            Reported::StepTaken => Err(Error::StepReported {
                trial: self.number(),
                step: stored,
            }),
            Reported::NotOurs => Err(self
                .closed(format!("report {value} at step {step}"))
                .await?),
        }
    }

    /// Whether the study's [pruner](crate::pruner) stops this trial, from its reports so far.
    ///
    /// It costs at most one query, and one more for each rung of successive halving or Hyperband that
    /// the trial has just completed.
    ///
    /// # Errors
    ///
    /// [`Error::SeveralObjectives`] in a study with several objectives; [`Error::TrialClosed`] if the
    /// trial has ended and a completed rung could not be stored.
    ///
    /// # Cancel safety
    ///
    /// A completed rung may or may not have been stored.
    pub async fn should_prune(&self) -> Result<bool> {
        let live = &self.0;
        let own = self.own().clone();
        let decision = live
            .pruning
            .decide(&live.study, live.key.number, &own)
            .await?;
        for (rung, value) in decision.rungs {
            let (key, json) = optuna::write_rung(rung, value);
            let storage = live.study.storage();
            if !storage
                .set_trial_attribute(&live.key, Attrs::System, &key, &json)
                .await?
            {
                return Err(self.closed(format!("rung {rung}")).await?);
            }
            self.own().rungs.insert(rung, value);
        }
        Ok(decision.prune)
    }

    /// Returns an error, for `?`, if the pruner stops this trial; see
    /// [`should_prune`](Self::should_prune).
    ///
    /// ```
    /// # use docktuna::{OptunaDatabase, Stop, Tunable, pruner::Threshold};
    /// # #[derive(Tunable)]
    /// # struct Train { #[tune(range = 0.0..=1.0)] lr: f64 }
    /// # async fn example() -> docktuna::Result<()> {
    /// # let db = OptunaDatabase::in_memory();
    /// let study = db.study_builder::<Train>("s").pruner(Threshold::upper(2.0)).open().await?;
    /// let run = study.optimize(|_config, trial| async move {
    ///     for epoch in 0..10 {
    ///         trial.report(epoch, f64::from(epoch)).await?;
    ///         trial.prune_if_needed().await?;
    ///     }
    ///     Ok(0.0)
    /// });
    /// assert_eq!(run.trials(1).run().await?.pruned, 1);
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Pruned`], which ends the trial as PRUNED if the objective returns it, in any type of
    /// error; or an error of [`should_prune`](Self::should_prune).
    ///
    /// # Cancel safety
    ///
    /// As [`should_prune`](Self::should_prune).
    pub async fn prune_if_needed(&self) -> Result<()> {
        match self.should_prune().await? {
            true => Err(pruned(self.number())),
            false => Ok(()),
        }
    }

    /// Sets an attribute of the trial. An older value of the same key is replaced.
    ///
    /// # Errors
    ///
    /// [`Error::Attribute`] if it cannot be JSON (NaN and infinities can, as Python writes them);
    /// [`Error::TrialClosed`] if the trial has ended.
    ///
    /// # Cancel safety
    ///
    /// The attribute may or may not have been written.
    pub async fn set_user_attr(&self, key: &str, value: impl serde::Serialize) -> Result<()> {
        let json = attribute_json(key, &value)?;
        let storage = self.0.study.storage();
        if storage
            .set_trial_attribute(&self.0.key, Attrs::User, key, &json)
            .await?
        {
            return Ok(());
        }
        Err(self.closed(format!("attribute {key:?}")).await?)
    }

    /// Ends the trial as COMPLETE with one finite or infinite number for each objective.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidResult`] for NaN or a wrong number of values; the trial becomes FAIL then.
    /// [`Error::TrialClosed`] if the trial has already ended. While the database cannot be reached,
    /// writing the result is repeated for five minutes, and then for another five minutes in the
    /// background.
    ///
    /// # Cancel safety
    ///
    /// Once polled, the result is written in the background, as long as the process lives;
    /// [`OptunaDatabase::close`](crate::OptunaDatabase::close) waits for it.
    pub async fn tell(self, values: impl Into<Values>) -> Result<()> {
        let Values(values) = values.into();
        let objectives = self.0.study.directions().len();
        let rule = if values.len() != objectives {
            "it needs one number for each objective; the trial was recorded as FAIL"
        } else if values.iter().any(|value| value.is_nan()) {
            "NaN is no result; the trial was recorded as FAIL"
        } else {
            return self.finish(TrialState::Complete, values, None).await;
        };
        let error = Error::InvalidResult {
            trial: self.number(),
            found: format!("{values:?}"),
            rule,
        };
        self.fail(&error.to_string()).await?;
        Err(error)
    }

    /// Ends the trial as PRUNED; the value reported at its largest step becomes its value, unless
    /// that is NaN.
    ///
    /// # Errors
    ///
    /// [`Error::TrialClosed`] if the trial has already ended.
    ///
    /// # Cancel safety
    ///
    /// As [`tell`](Self::tell).
    pub async fn prune(self) -> Result<()> {
        let value = self.last_report();
        self.finish(TrialState::Pruned, value.into_iter().collect(), None)
            .await
    }

    /// What it reported last, unless that is NaN.
    pub(in crate::study) fn last_report(&self) -> Option<f64> {
        let last = self.own().curve.last();
        last.map(|(_, value)| value).filter(|value| !value.is_nan())
    }

    /// Whether its parameters break no constraint of the type.
    pub(in crate::study) fn is_feasible(&self) -> bool {
        self.0.constraints.are_met()
    }

    /// Ends the trial as FAIL, with the reason as user attribute `docktuna:error`.
    ///
    /// # Errors
    ///
    /// [`Error::TrialClosed`] if the trial has already ended.
    ///
    /// # Cancel safety
    ///
    /// As [`tell`](Self::tell).
    pub async fn fail(self, reason: &str) -> Result<()> {
        self.finish(TrialState::Fail, Vec::new(), Some(reason))
            .await
    }

    fn own(&self) -> MutexGuard<'_, Own> {
        lock(&self.0.own)
    }
}
