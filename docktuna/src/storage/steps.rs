//! The steps in which Optuna's storage interface does what docktuna does at once. A study and a trial are known by
//! their ids alone, and a trial changes until it has ended, whoever runs it.
//!
//! The ids come from other programs, so that a new trial is committed before its id is told: unlike the trials that
//! docktuna runs itself, it has no other mark by which a write to a lost row would be noticed.

use chrono::NaiveDateTime;

use super::rows::assemble::Rows;
use super::rows::record::WholeTrial;
use super::{Attrs, Storage, StudyRow, once, repeat, repeated};
use crate::error::{Error, Result};
use crate::id::{Int, StudyId, TrialId, TrialState};
use crate::optuna::moment::{Moment, moment};
use crate::params::Parameter;
use crate::space::Direction;
use crate::space::distribution::Distribution;
use crate::trial::FrozenTrial;

/// What became of a write to a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Done,
    /// The trial has ended.
    Ended,
    /// There is no such trial.
    Gone,
}

/// What became of another state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StateStep {
    Done,
    /// It runs already: somebody else has claimed it.
    Claimed,
    Ended,
    Gone,
}

/// What became of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ParamStep {
    Done,
    Ended,
    Gone,
    /// The study has a distribution of that name with which the new one cannot stand.
    Clash(Distribution),
}

/// What became of a new trial.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TrialStep {
    Done(TrialId),
    /// There is no such study.
    Gone,
    /// As in a [`ParamStep`], with the name.
    Clash(String, Distribution),
}

/// What became of a transaction that creates something.
pub(in crate::storage) enum Made {
    Yes(Int),
    /// Its name is taken, or its study is gone.
    No,
    /// The answer to the commit was lost.
    Unanswered {
        id: Int,
        transaction: i64,
        error: Error,
    },
}

/// How a trial stood when a step looked at it.
#[derive(Debug)]
pub(in crate::storage) struct Before {
    /// Whether the step was done.
    pub(in crate::storage) changed: bool,
    pub(in crate::storage) state: String,
    pub(in crate::storage) started: Option<Moment>,
    pub(in crate::storage) completed: Option<Moment>,
}

/// Which trials are read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    One(TrialId),
    /// Those of a study after an id, and some others of it.
    Of {
        study: StudyId,
        after: Int,
        others: &'a [Int],
    },
}

impl Storage {
    pub(crate) async fn get_study(&self, study: StudyId) -> Result<Option<StudyRow>> {
        repeated!(self.get_study(study))
    }

    /// The new study's id, or `None` if the name is taken.
    pub(crate) async fn open_study(
        &self,
        name: &str,
        directions: &[Direction],
    ) -> Result<Option<StudyId>> {
        let made = repeat::repeat(repeat::PATIENCE, async |_| {
            self.made(once!(self.open_study(name, directions))?).await
        });
        Ok(made.await?.map(StudyId))
    }

    /// Sets an attribute; false if the study is gone.
    pub(crate) async fn step_study_attribute(
        &self,
        study: StudyId,
        which: Attrs,
        key: &str,
        json: &str,
    ) -> Result<bool> {
        let set = repeated!(self.step_study_attribute(study, which, key, json));
        match set {
            // A row that refers to a deleted one cannot be written.
            Err(error) if !error.is_transient() && self.get_study(study).await?.is_none() => {
                Ok(false)
            }
            set => set,
        }
    }

    /// (study, key, JSON) of all studies.
    pub(crate) async fn all_study_attributes(
        &self,
        which: Attrs,
    ) -> Result<Vec<(StudyId, Option<String>, Option<String>)>> {
        let rows = repeated!(self.all_study_attributes(which))?;
        let row = |(study, key, json): (Option<Int>, _, _)| Some((StudyId(study?), key, json));
        Ok(rows.into_iter().filter_map(row).collect())
    }

    /// Adds a trial as it is.
    pub(crate) async fn step_trial(&self, study: StudyId, trial: &WholeTrial) -> Result<TrialStep> {
        for param in trial.params.iter() {
            if let Some(stored) = self.clash(study, param).await? {
                return Ok(TrialStep::Clash(param.name().to_owned(), stored));
            }
        }
        let made = repeat::repeat(repeat::PATIENCE, async |_| {
            self.made(once!(self.step_trial(study, trial))?).await
        });
        Ok(match made.await? {
            Some(id) => TrialStep::Done(TrialId(id)),
            None => TrialStep::Gone,
        })
    }

    /// The id of what was made, with an error only if it was not.
    async fn made(&self, made: Made) -> Result<Option<Int>> {
        match made {
            Made::Yes(id) => Ok(Some(id)),
            Made::No => Ok(None),
            Made::Unanswered {
                id,
                transaction,
                error,
            } => match self.is_committed(transaction).await? {
                true => Ok(Some(id)),
                false => Err(error),
            },
        }
    }

    /// Whether a transaction of a lost connection was carried out, waiting for its end.
    async fn is_committed(&self, transaction: i64) -> Result<bool> {
        let mut looks = 1;
        loop {
            let status: Option<String> = repeated!(self.transaction_status(transaction))?;
            match status.as_deref() {
                Some("in progress") => repeat::pause(looks).await,
                status => return Ok(status == Some("committed")),
            }
            looks += 1;
        }
    }

    /// A stored distribution of the study with which that of a parameter cannot stand.
    async fn clash(&self, study: StudyId, param: &Parameter) -> Result<Option<Distribution>> {
        repeated!(self.clash(study, param))
    }

    pub(crate) async fn step_param(&self, trial: TrialId, param: &Parameter) -> Result<ParamStep> {
        repeated!(self.step_param(trial, param))
    }

    /// Whether the database's integers reach so far.
    pub(crate) fn holds(&self, step: Int) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => i32::try_from(step.0).is_ok(),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => true,
        }
    }

    pub(crate) async fn step_report(&self, trial: TrialId, step: Int, value: f64) -> Result<Step> {
        repeated!(self.step_report(trial, step, value))
    }

    pub(crate) async fn step_trial_attribute(
        &self,
        trial: TrialId,
        which: Attrs,
        key: &str,
        json: &str,
    ) -> Result<Step> {
        repeated!(self.step_trial_attribute(trial, which, key, json))
    }

    /// Changes a trial's state and, unless there are none, its numbers. `at` is this change's alone.
    pub(crate) async fn step_state(
        &self,
        trial: TrialId,
        state: TrialState,
        values: &[f64],
        at: NaiveDateTime,
    ) -> Result<StateStep> {
        let mut looks = 1;
        loop {
            let before: Option<Before> = repeated!(self.step_state(trial, state, values, at))?;
            let Some(before) = before else {
                return Ok(StateStep::Gone);
            };
            let unreadable = |what| Error::Unreadable {
                study: format!("(of trial {trial})"),
                what,
            };
            let read = |found, which| moment(found, || format!("its {which}")).map_err(unreadable);
            // It may be this very change, of which the answer was lost.
            let stamp = match state {
                TrialState::Running => read(before.started, "start")?,
                _ => read(before.completed, "end")?,
            };
            match TrialState::parse(&before.state) {
                _ if before.changed => return Ok(StateStep::Done),
                Some(found) if found == state && stamp == Some(at) => return Ok(StateStep::Done),
                Some(found) if found.is_finished() => return Ok(StateStep::Ended),
                Some(TrialState::Running) if state == TrialState::Running => {
                    return Ok(StateStep::Claimed);
                }
                // Somebody changed it at the same moment.
                Some(_) => repeat::pause(looks).await,
                None => {
                    let what = format!("its state {:?} is unknown", before.state);
                    return Err(unreadable(what));
                }
            }
            looks += 1;
        }
    }

    /// Some trials in the order of their ids.
    pub(crate) async fn look(&self, wanted: Wanted<'_>) -> Result<Vec<FrozenTrial>> {
        let rows: Rows = repeated!(self.look(wanted))?;
        rows.assemble().map_err(|what| Error::Unreadable {
            study: match wanted {
                Wanted::One(trial) => format!("(of trial {trial})"),
                Wanted::Of { study, .. } => format!("(id {study})"),
            },
            what,
        })
    }
}

/// The table of one kind of a study's attributes.
pub(in crate::storage) fn table_of_studies(which: Attrs) -> &'static str {
    match which {
        Attrs::User => "study_user_attributes",
        Attrs::System => "study_system_attributes",
    }
}
