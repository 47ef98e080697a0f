//! A study without a type: everything that can be read, and attributes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::NaiveDateTime;

use super::stats::StudyStats;
use crate::database::{Beat, Counters, OptunaDatabase, Ward};
use crate::error::{Error, Result};
use crate::id::{StateCounts, StudyId, TrialState};
use crate::params::Params;
use crate::space::{Direction, dominates};
use crate::storage::{Attrs, BestRow, Ids, Storage, StudyRow, TrialKey, attribute};
use crate::trial::{Attributes, FrozenTrial};

/// A study without a struct for its parameters, created by this crate or by Python.
///
/// ```
/// # async fn example() -> docktuna::Result<()> {
/// # #[derive(docktuna::Tunable)]
/// # struct Train { #[tune(range = 0.0..=1.0)] dropout: f64 }
/// # let db = docktuna::OptunaDatabase::in_memory();
/// # db.study::<Train>("sentiment").await?.ask().await?.tell(0.5).await?;
/// let study = db.dynamic_study("sentiment").await?;
/// for trial in study.trials().await? {
///     println!("{} {} {:?}", trial.number, trial.state, trial.value());
/// }
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct DynamicStudy {
    db: OptunaDatabase,
    row: Arc<StudyRow>,
    /// How often a failed trial is put into the queue again.
    retries: u32,
    counters: Arc<Counters>,
    /// How often `stop` was called.
    stops: Arc<AtomicU64>,
}

impl DynamicStudy {
    pub(crate) fn new(db: OptunaDatabase, row: StudyRow) -> Self {
        Self {
            db,
            row: Arc::new(row),
            retries: 0,
            counters: Arc::default(),
            stops: Arc::default(),
        }
    }

    pub(crate) fn with_retries(mut self, retries: usize) -> Self {
        // More than anybody can wait for.
        self.retries = u32::try_from(retries).unwrap_or(u32::MAX);
        self
    }

    pub(crate) fn retries(&self) -> u32 {
        self.retries
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Keeps a trial alive, where heartbeats are on.
    pub(crate) fn attend(&self, key: TrialKey) -> Option<Beat> {
        let heart = self.db.heart()?;
        Some(heart.attend(self.storage(), self.ward(), key))
    }

    /// Fails trials whose workers are gone, at most once per interval.
    pub(crate) async fn sweep(&self) -> Result<()> {
        match self.db.heart() {
            Some(heart) => heart.sweep(self.storage(), &self.ward()).await,
            None => Ok(()),
        }
    }

    fn ward(&self) -> Ward {
        Ward {
            study: Arc::clone(&self.row),
            retries: self.retries,
            counters: Arc::clone(&self.counters),
        }
    }

    /// Ends the runs of this handle and its clones: no further trial starts, and running trials are
    /// finished. An objective can call it through [`RunningTrial::study`](super::RunningTrial::study).
    pub fn stop(&self) {
        self.stops.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn stops(&self) -> u64 {
        self.stops.load(Ordering::Relaxed)
    }

    /// Counts what this handle, its clones and its runs have done so far.
    #[must_use]
    pub fn stats(&self) -> StudyStats {
        StudyStats::of(&self.counters, self.storage().usage())
    }

    pub(crate) fn storage(&self) -> &Storage {
        self.db.storage()
    }

    pub(crate) fn row(&self) -> &StudyRow {
        &self.row
    }

    pub(crate) fn overtaken(&self, refusals: u32) -> Error {
        Error::Overtaken {
            study: self.row.name.clone(),
            refusals,
        }
    }

    /// The database it is in.
    #[must_use]
    pub fn database(&self) -> &OptunaDatabase {
        &self.db
    }

    /// Its row.
    #[must_use]
    pub fn id(&self) -> StudyId {
        self.row.id
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.row.name
    }

    /// The direction of each objective.
    #[must_use]
    pub fn directions(&self) -> &[Direction] {
        &self.row.directions
    }

    /// Every trial, in the order of their numbers.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] with the row that is not as Optuna writes it.
    pub async fn trials(&self) -> Result<Vec<FrozenTrial>> {
        let trials = self.storage().load_trials(&self.row, Ids::ALL).await;
        self.unless_deleted(trials, Vec::is_empty).await
    }

    /// How many trials are in each state.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn trial_counts(&self) -> Result<StateCounts> {
        let counts = self.storage().count_states(self.id()).await;
        self.unless_deleted(counts, |counts| counts.total() == 0)
            .await
    }

    /// When a trial last started or ended, in UTC. `None` if there are no trials.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn last_update_time(&self) -> Result<Option<NaiveDateTime>> {
        let last = self.storage().last_update(&self.row).await;
        self.unless_deleted(last, Option::is_none).await
    }

    /// The best complete trial that breaks no constraint. Of equal trials it is the earliest.
    ///
    /// # Errors
    ///
    /// [`Error::NoTrial`] with the counts by state; [`Error::SeveralObjectives`].
    pub async fn best_trial(&self) -> Result<FrozenTrial> {
        let best = match self.best_row().await? {
            Some(best) => best,
            None => return Err(self.no_trial().await?),
        };
        let mut trials = self
            .storage()
            .load_trials(&self.row, Ids::one(best.id))
            .await?;
        trials.pop().ok_or_else(|| self.row.deleted())
    }

    /// The complete and feasible trials that no other trial beats, in the order of their numbers. This
    /// reads all trials of the study.
    ///
    /// # Errors
    ///
    /// As [`trials`](Self::trials).
    pub async fn pareto_front(&self) -> Result<Vec<FrozenTrial>> {
        let trials = self.trials().await?;
        let constrained = trials.iter().any(|trial| !trial.constraints().is_empty());
        let losses = |trial: &FrozenTrial| -> Vec<f64> {
            let values = self.directions().iter().zip(&trial.values);
            values.map(|(direction, v)| direction.loss(*v)).collect()
        };
        let candidates: Vec<(Vec<f64>, FrozenTrial)> = trials
            .into_iter()
            .filter(|trial| trial.state == TrialState::Complete && !trial.values.is_empty())
            .filter(|trial| !constrained || trial.is_feasible())
            .map(|trial| (losses(&trial), trial))
            .collect();
        let beaten: Vec<bool> = candidates
            .iter()
            .map(|(mine, _)| candidates.iter().any(|(other, _)| dominates(other, mine)))
            .collect();
        let front = candidates
            .into_iter()
            .zip(beaten)
            .filter(|(_, beaten)| !beaten);
        Ok(front.map(|((_, trial), _)| trial).collect())
    }

    /// The attributes that users set on the study.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn user_attrs(&self) -> Result<Attributes> {
        self.attributes(Attrs::User).await
    }

    /// The attributes that Optuna and its parts set on the study.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn system_attrs(&self) -> Result<Attributes> {
        self.attributes(Attrs::System).await
    }

    /// Sets an attribute of the study. An older value of the same key is replaced.
    ///
    /// # Errors
    ///
    /// [`Error::Attribute`] if it cannot be JSON; NaN and infinities can, as Python writes them.
    ///
    /// # Cancel safety
    ///
    /// The attribute may or may not have been written.
    pub async fn set_user_attr(&self, key: &str, value: impl serde::Serialize) -> Result<()> {
        let json = super::attribute_json(key, &value)?;
        self.storage()
            .set_study_attribute(&self.row, Attrs::User, key, &json)
            .await
    }

    /// Whether the study was not deleted.
    pub(crate) async fn is_there(&self) -> Result<bool> {
        self.storage().has_study(&self.row).await
    }

    pub(crate) async fn best_row(&self) -> Result<Option<BestRow>> {
        match self.directions() {
            [direction] => {
                let best = self.storage().best_trial(&self.row, *direction, None).await;
                self.unless_deleted(best, Option::is_none).await
            }
            _ => Err(self.several_objectives()),
        }
    }

    pub(crate) fn several_objectives(&self) -> Error {
        Error::SeveralObjectives {
            study: self.name().to_owned(),
            objectives: self.directions().len(),
        }
    }

    pub(crate) async fn params_of(&self, best: &BestRow) -> Result<Params> {
        self.storage()
            .load_params(&self.row, best.id, best.number)
            .await
    }

    pub(crate) async fn no_trial(&self) -> Result<Error> {
        let counts = self.trial_counts().await?;
        let infeasible = counts.of(TrialState::Complete) > 0;
        Ok(Error::NoTrial {
            study: self.name().to_owned(),
            counts,
            infeasible,
        })
    }

    async fn attributes(&self, which: Attrs) -> Result<Attributes> {
        let rows = self.storage().study_attributes(self.id(), which).await;
        let rows = self.unless_deleted(rows, Vec::is_empty).await?;
        let attributes = rows
            .into_iter()
            .map(|(key, json)| attribute(key, json, "the study"));
        attributes
            .collect::<Result<_, String>>()
            .map_err(|what| self.row.unreadable(what))
    }

    /// An answer about this study; an error if the study was deleted.
    pub(super) async fn unless_deleted<T>(
        &self,
        answer: Result<T>,
        is_empty: impl FnOnce(&T) -> bool,
    ) -> Result<T> {
        self.storage()
            .unless_deleted(&self.row, answer, is_empty)
            .await
    }
}
