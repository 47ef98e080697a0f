//! What goes into the database and comes out of it, in plain Rust.

use chrono::{NaiveDateTime, SubsecRound, Utc};

use crate::codec;
use crate::id::{StudyId, TrialId, TrialNumber, TrialState};
use crate::params::Params;
use crate::space::Direction;

/// A study's row with its directions.
#[derive(Debug, Clone)]
pub(crate) struct StudyRow {
    pub(crate) id: StudyId,
    pub(crate) name: String,
    pub(crate) directions: Vec<Direction>,
}

/// Everything a worker knows of a trial that it runs; every write names all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// The number it was drawn for, where that matters.
    pub(crate) expected: Option<i32>,
}

/// What an ask brought.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    /// The new trial was created.
    Created(TrialKey),
    /// A trial of the queue is ours.
    Claimed(TrialKey),
    /// Nothing was done: the study's next number is this one, not the one expected, or it is the
    /// limit.
    Refused(i32),
}

/// The end of a trial.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) state: TrialState,
    pub(crate) values: Vec<f64>,
    pub(crate) system_attrs: Vec<(String, String)>,
    pub(crate) user_attrs: Vec<(String, String)>,
    pub(crate) at: NaiveDateTime,
}

/// A whole trial to add, in any state.
#[derive(Debug, Clone, Default)]
pub(crate) struct WholeTrial {
    pub(crate) state: Option<TrialState>,
    pub(crate) started: Option<NaiveDateTime>,
    pub(crate) completed: Option<NaiveDateTime>,
    pub(crate) params: Params,
    pub(crate) values: Vec<f64>,
    pub(crate) system_attrs: Vec<(String, String)>,
    pub(crate) user_attrs: Vec<(String, String)>,
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

/// A range of trial ids, both ends included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids(pub(crate) i32, pub(crate) i32);

impl Ids {
    pub(crate) const ALL: Self = Self(0, i32::MAX);

    pub(crate) const fn one(id: TrialId) -> Self {
        Self(id.0, id.0)
    }
}

/// The best trial of a study.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BestRow {
    pub(crate) id: TrialId,
    pub(crate) number: TrialNumber,
    pub(crate) value: f64,
}

/// This moment as Optuna 5 stores it: UTC, to the microsecond.
pub(crate) fn now() -> NaiveDateTime {
    Utc::now().naive_utc().trunc_subsecs(6)
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
                .map(|p| codec::write_distribution(p.distribution()))
                .collect(),
        }
    }
}

/// Numbers of objectives as two columns.
pub(crate) fn value_columns(values: &[f64]) -> (Vec<Option<f64>>, Vec<&'static str>) {
    values
        .iter()
        .map(|value| codec::write_objective(*value))
        .unzip()
}

/// The label of a direction in the database.
pub(crate) fn direction_label(direction: Direction) -> &'static str {
    match direction {
        Direction::Minimize => "MINIMIZE",
        Direction::Maximize => "MAXIMIZE",
    }
}

/// The direction behind a label; a study whose direction was never set is minimized.
pub(crate) fn parse_direction(label: &str) -> Direction {
    match label {
        "MAXIMIZE" => Direction::Maximize,
        _ => Direction::Minimize,
    }
}
