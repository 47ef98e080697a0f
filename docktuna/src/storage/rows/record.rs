//! What goes into the database and comes out of it, in plain Rust.

use std::sync::Mutex;
use std::time::Duration;

use chrono::{NaiveDateTime, SubsecRound, TimeDelta, Utc};

use super::assemble::trial_number;
use crate::error::Error;
use crate::id::{Int, StudyId, TrialId, TrialNumber, TrialState};
use crate::lock::lock;
use crate::optuna;
use crate::params::Params;
use crate::space::Direction;

/// A study's row with its directions.
#[derive(Debug, Clone)]
pub(crate) struct StudyRow {
    pub(crate) id: StudyId,
    pub(crate) name: String,
    pub(crate) directions: Vec<Direction>,
}

impl StudyRow {
    /// What is wrong with one of its rows.
    pub(crate) fn unreadable(&self, what: String) -> Error {
        Error::Unreadable {
            study: self.name.clone(),
            what,
        }
    }

    pub(crate) fn deleted(&self) -> Error {
        Error::StudyDeleted {
            study: self.name.clone(),
        }
    }
}

/// Everything a worker knows of a trial that it runs; every write names all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TrialKey {
    pub(crate) study: StudyId,
    pub(crate) id: TrialId,
    pub(crate) number: TrialNumber,
    pub(crate) started: NaiveDateTime,
}

/// A trial to run, drawn before the database is asked.
#[derive(Debug, Clone)]
pub(crate) struct NewTrial {
    pub(crate) params: Params,
    pub(crate) number: Numbering,
}

/// Which number a new trial may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbering {
    /// Whichever comes next.
    Next,
    /// The one that it was drawn for.
    Only(i32),
    /// None at all: only a trial of the queue is wanted.
    Never,
}

impl Numbering {
    /// The number as an ask compares it with the next one; no trial has -1.
    pub(crate) fn expected(self) -> Option<i32> {
        match self {
            Self::Next => None,
            Self::Only(number) => Some(number),
            Self::Never => Some(-1),
        }
    }
}

/// What an ask brought.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    /// The new trial was created.
    Created(TrialKey),
    /// A queued trial is ours.
    Claimed(TrialKey),
    /// Nothing was done: the study's next number is this one, not the one expected, or it is the
    /// limit.
    Refused(i32),
}

/// A running trial that has sent no heartbeat for some time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Silent {
    pub(crate) id: TrialId,
    pub(crate) number: TrialNumber,
    pub(crate) silence: Duration,
}

/// A number of seconds that the database has computed.
pub(crate) fn silence(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

/// The end of a trial.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) state: TrialState,
    pub(crate) values: Vec<f64>,
    pub(crate) system_attrs: Vec<(String, String)>,
    pub(crate) user_attrs: Vec<(String, String)>,
    /// The note of a failed trial, as JSON. It is not written if the trial has one.
    pub(crate) note: Option<String>,
    pub(crate) at: NaiveDateTime,
    /// Where it failed, how often such a trial is put into the queue again.
    pub(crate) retries: u32,
}

/// What became of the end of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Nothing was written: the trial was not running, not ours, or heard of after all.
    No,
    /// It ended.
    Yes,
    /// It ended, and a copy of it is in the queue.
    Retried,
}

impl Ended {
    pub(crate) fn of(ended: bool, retried: bool) -> Self {
        match (ended, retried) {
            (false, _) => Self::No,
            (true, false) => Self::Yes,
            (true, true) => Self::Retried,
        }
    }
}

/// A whole trial to add, in any state.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct WholeTrial {
    pub(crate) state: Option<TrialState>,
    pub(crate) started: Option<NaiveDateTime>,
    pub(crate) completed: Option<NaiveDateTime>,
    pub(crate) params: Params,
    pub(crate) values: Vec<f64>,
    pub(crate) system_attrs: Vec<(String, String)>,
    pub(crate) user_attrs: Vec<(String, String)>,
    /// Reported values by step.
    pub(crate) reports: Vec<(Int, f64)>,
}

#[cfg(feature = "serve")]
impl WholeTrial {
    pub(crate) fn started_at(started: NaiveDateTime) -> Self {
        Self {
            state: Some(TrialState::Running),
            started: Some(started),
            ..Self::default()
        }
    }

    /// When it started, if that is all there is of it.
    #[cfg(feature = "postgres")]
    pub(crate) fn just_started(&self) -> Option<NaiveDateTime> {
        let started = self.started?;
        (*self == Self::started_at(started)).then_some(started)
    }
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reported {
    Recorded,
    StepTaken,
    NotOurs,
}

/// Which of the two attribute tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attrs {
    User,
    System,
}

/// All trials of a study, or one: a range of ids, both ends included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids(pub(crate) Int, pub(crate) Int);

impl Ids {
    pub(crate) const ALL: Self = Self(Int(i64::MIN), Int(i64::MAX));

    pub(crate) const fn one(id: TrialId) -> Self {
        Self(id.0, id.0)
    }

    /// The id, where it is one trial.
    #[cfg(feature = "postgres")]
    pub(crate) fn single(self) -> Option<Int> {
        (self.0 == self.1).then_some(self.0)
    }
}

/// The best trial of a study.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BestRow {
    pub(crate) id: TrialId,
    pub(crate) number: TrialNumber,
    pub(crate) value: f64,
}

/// (id, number, value, its kind)
pub(crate) type BestColumns = (Int, Option<Int>, Option<f64>, String);

impl BestRow {
    /// Whether it is the better one of two trials; the earlier one of equal ones is.
    pub(crate) fn beats(&self, other: &Self, direction: Direction) -> bool {
        // Stored values are no NaN, so that neither of two equal ones is better.
        let is_equal = !direction.is_better(other.value, self.value);
        direction.is_better(self.value, other.value) || (is_equal && self.id < other.id)
    }

    /// # Errors
    ///
    /// Which row is not as Optuna writes it.
    pub(crate) fn from_columns((id, number, value, kind): BestColumns) -> Result<Self, String> {
        let number = trial_number(id, number)?;
        let value = optuna::read_value(value, &kind)
            .ok_or_else(|| format!("trial {number}: the number of objective 0 is broken"))?;
        let id = TrialId(id);
        Ok(Self { id, number, value })
    }
}

/// This moment as Optuna 5 stores it: UTC, to the microsecond. In a process it is never the same one twice: a write
/// whose answer was lost is recognised by its moment, and tasks that a timer wakes together read one clock.
pub(crate) fn now() -> NaiveDateTime {
    static LAST: Mutex<NaiveDateTime> = Mutex::new(NaiveDateTime::MIN);
    let mut last = lock(&LAST);
    *last = after(*last, Utc::now().naive_utc().trunc_subsecs(6));
    *last
}

/// What the clock shows, or the next moment after the last one, unless the clock was set back.
fn after(last: NaiveDateTime, clock: NaiveDateTime) -> NaiveDateTime {
    match last - clock {
        ahead if ahead < TimeDelta::zero() || ahead > TimeDelta::seconds(1) => clock,
        _ => last + TimeDelta::microseconds(1),
    }
}

/// Parameters as three columns.
pub(crate) struct ParamColumns {
    pub(crate) names: Vec<String>,
    pub(crate) values: Vec<f64>,
    pub(crate) distributions: Vec<String>,
}

impl From<&Params> for ParamColumns {
    fn from(params: &Params) -> Self {
        Self {
            names: params.iter().map(|p| p.name().to_owned()).collect(),
            values: params.iter().map(|p| p.stored()).collect(),
            distributions: params
                .iter()
                .map(|p| optuna::write_distribution(p.distribution()))
                .collect(),
        }
    }
}

/// Numbers of objectives as two columns.
pub(crate) fn value_columns(values: &[f64]) -> (Vec<Option<f64>>, Vec<&'static str>) {
    values
        .iter()
        .map(|value| optuna::write_objective(*value))
        .unzip()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::*;

    #[test]
    fn no_moment_is_given_twice() {
        let threads: Vec<_> = (0..4)
            .map(|_| thread::spawn(|| (0..10_000).map(|_| now()).collect::<Vec<_>>()))
            .collect();
        let moments: Vec<_> = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        let different: HashSet<_> = moments.iter().copied().collect();
        assert_eq!(different.len(), moments.len());
    }

    #[test]
    fn moments_follow_the_clock_even_when_it_is_set_back() {
        let clock = Utc::now().naive_utc();
        let next = TimeDelta::microseconds(1);
        for (last, expected) in [
            (NaiveDateTime::MIN, clock),
            (clock - next, clock),
            (clock, clock + next),
            (clock + next, clock + next + next),
            (clock + TimeDelta::hours(1), clock),
        ] {
            assert_eq!(after(last, clock), expected);
        }
    }
}
