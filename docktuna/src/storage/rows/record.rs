//! What goes into the database and comes out of it, in plain Rust.

use std::time::Duration;

use chrono::{NaiveDateTime, SubsecRound, Utc};

use super::assemble::trial_number;
use crate::error::Error;
use crate::id::{Int, StudyId, TrialId, TrialNumber, TrialState};
use crate::optuna::{self, keys};
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
    /// The number it was drawn for, where that matters.
    pub(crate) expected: Option<i32>,
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

/// The attributes of the trial that retries trial `number`, as Optuna's callback writes them: the first
/// trial that failed, and all those since. `None` if it was retried `retries` times already, or if its
/// attributes do not tell.
pub(crate) fn retry_attributes(
    stored: Vec<(String, Option<String>)>,
    number: TrialNumber,
    retries: u32,
) -> Option<(String, String)> {
    let (mut first, mut history) = (number.0.to_string(), Vec::new());
    for (key, json) in stored {
        let json = json.unwrap_or_default();
        match (key.as_str(), optuna::read_json(&json).ok()?) {
            (keys::FAILED_TRIAL, number) => first = number.to_text(),
            (keys::RETRY_HISTORY, optuna::Json::Array(numbers)) => {
                history = numbers.iter().map(optuna::Json::to_text).collect();
            }
            _ => return None,
        }
    }
    history.push(number.0.to_string());
    let allowed = history.len() <= usize::try_from(retries).unwrap_or(usize::MAX);
    allowed.then(|| (first, format!("[{}]", history.join(", "))))
}

/// The end of a trial.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) state: TrialState,
    pub(crate) values: Vec<f64>,
    pub(crate) system_attrs: Vec<(String, String)>,
    pub(crate) user_attrs: Vec<(String, String)>,
    pub(crate) at: NaiveDateTime,
    /// Where it failed, how often such a trial is put into the queue again.
    pub(crate) retries: u32,
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
        let (mine, theirs) = match direction {
            Direction::Minimize => (self.value, other.value),
            Direction::Maximize => (other.value, self.value),
        };
        mine < theirs || (self.value.total_cmp(&other.value).is_eq() && self.id < other.id)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn retry(stored: &[(&str, &str)], number: i32, retries: u32) -> Option<(String, String)> {
        let stored = stored
            .iter()
            .map(|(key, json)| ((*key).to_owned(), Some((*json).to_owned())));
        retry_attributes(stored.collect(), TrialNumber(number), retries)
    }

    #[test]
    fn retries_are_counted_as_optuna_counts_them() {
        let of = |first: &str, history: &str| Some((first.to_owned(), history.to_owned()));
        assert_eq!(retry(&[], 7, 1), of("7", "[7]"));
        let once = [("failed_trial", "7"), ("retry_history", "[7]")];
        assert_eq!(retry(&once, 9, 1), None);
        assert_eq!(retry(&once, 9, 2), of("7", "[7, 9]"));
        assert_eq!(retry(&[], 7, 0), None);
        assert_eq!(retry(&[("retry_history", "7")], 9, 5), None, "unreadable");
    }
}
