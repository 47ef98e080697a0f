//! Single fields of messages: what Python could not read again is refused.

use chrono::{DateTime, Local, NaiveDateTime, TimeZone, Utc};
use tonic::Status;

use super::status::invalid;
use super::wire;
use crate::id::{Int, StudyId, TrialId, TrialState};
use crate::optuna;
use crate::params::Params;
use crate::space::Direction;
use crate::space::distribution::Distribution;

/// How Optuna's protocol writes a moment.
const MOMENT: &str = "%Y-%m-%d %H:%M:%S%.6f";
/// And how it reads one.
const READ: &str = "%Y-%m-%d %H:%M:%S%.f";

pub(super) fn study(id: i64) -> StudyId {
    StudyId(Int(id))
}

pub(super) fn trial(id: i64) -> TrialId {
    TrialId(Int(id))
}

pub(super) fn directions(found: &[i32]) -> Result<Vec<Direction>, Status> {
    let direction = |code: &i32| match wire::StudyDirection::try_from(*code) {
        Ok(wire::StudyDirection::Minimize) => Ok(Direction::Minimize),
        Ok(wire::StudyDirection::Maximize) => Ok(Direction::Maximize),
        Err(_) => Err(invalid(format!("there is no direction {code}"))),
    };
    found.iter().map(direction).collect()
}

pub(super) fn direction_codes(directions: &[Direction]) -> Vec<i32> {
    let code = |direction: &Direction| match direction {
        Direction::Minimize => wire::StudyDirection::Minimize.into(),
        Direction::Maximize => wire::StudyDirection::Maximize.into(),
    };
    directions.iter().map(code).collect()
}

pub(super) fn state(code: i32) -> Result<TrialState, Status> {
    let state = wire::TrialState::try_from(code);
    state
        .map(|state| match state {
            wire::TrialState::Running => TrialState::Running,
            wire::TrialState::Complete => TrialState::Complete,
            wire::TrialState::Pruned => TrialState::Pruned,
            wire::TrialState::Fail => TrialState::Fail,
            wire::TrialState::Waiting => TrialState::Waiting,
        })
        .map_err(|_| invalid(format!("there is no state {code}")))
}

pub(super) fn state_code(state: TrialState) -> i32 {
    let state = match state {
        TrialState::Running => wire::TrialState::Running,
        TrialState::Complete => wire::TrialState::Complete,
        TrialState::Pruned => wire::TrialState::Pruned,
        TrialState::Fail => wire::TrialState::Fail,
        TrialState::Waiting => wire::TrialState::Waiting,
    };
    state.into()
}

/// Numbers of objectives.
pub(super) fn values(values: &[f64]) -> Result<(), Status> {
    if values.iter().any(|value| value.is_nan()) {
        return Err(invalid("the value of an objective must not be NaN"));
    }
    Ok(())
}

/// A study's name, an attribute's or a parameter's. PostgreSQL has no text with a NUL, and Optuna's columns are bounded.
pub(super) fn name(text: &str) -> Result<(), Status> {
    if text.contains('\0') {
        return Err(invalid(format!("{text:?} is no name: it has a NUL")));
    }
    if text.chars().count() > optuna::keys::LONGEST {
        let start: String = text.chars().take(20).collect();
        return Err(invalid(format!(
            "{start:?}… is no name: it has more than {} characters",
            optuna::keys::LONGEST
        )));
    }
    Ok(())
}

/// JSON, which is stored as it is.
pub(super) fn json(key: &str, text: &str) -> Result<(), Status> {
    name(key)?;
    match optuna::read_json(text) {
        Ok(_) => Ok(()),
        Err(why) => Err(invalid(format!("attribute {key:?} is no JSON: {why}"))),
    }
}

/// Puts a parameter to the others.
pub(super) fn param(
    params: &mut Params,
    name: &str,
    stored: f64,
    distribution: &str,
) -> Result<(), Status> {
    self::name(name)?;
    let distribution = optuna::read_distribution(distribution).map_err(|why| {
        invalid(format!(
            "the distribution of {name:?} cannot be read: {why}"
        ))
    })?;
    if distribution.value(stored).is_none() {
        return Err(invalid(format!("{name:?} has no choice {stored}")));
    }
    // One such number would keep Python from reading any trial of its study: it makes integers of the others.
    let is_number = match distribution {
        Distribution::Int(_) => stored.is_finite(),
        _ => !stored.is_nan(),
    };
    if !is_number {
        return Err(invalid(format!("{name:?} cannot be {stored}")));
    }
    params.push(name, distribution, stored);
    Ok(())
}

/// A moment of the database, which is UTC, as Optuna's own server tells it: in the local time of the server.
pub(super) fn write_moment(moment: Option<NaiveDateTime>) -> String {
    let local = |moment: NaiveDateTime| DateTime::<Local>::from(moment.and_utc()).format(MOMENT);
    moment.map_or_else(String::new, |moment| local(moment).to_string())
}

pub(super) fn read_moment(text: &str) -> Result<Option<NaiveDateTime>, Status> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = NaiveDateTime::parse_from_str(text, READ).ok();
    // An hour that a clock goes through twice is the first one, as in Python.
    let local = read.and_then(|moment| Local.from_local_datetime(&moment).earliest());
    let utc = local.map(|moment| moment.with_timezone(&Utc).naive_utc());
    match utc {
        Some(utc) => Ok(Some(utc)),
        None => Err(invalid(format!("{text:?} is no date and time"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_every_database_can_store() {
        for text in ["", "a name", "\u{1}", &"é".repeat(512)] {
            assert!(name(text).is_ok(), "{text:?}");
        }
        for text in ["\0", "a\0b", &"a".repeat(513)] {
            let refused = name(text).unwrap_err();
            assert_eq!(refused.code(), tonic::Code::InvalidArgument);
            assert!(refused.message().len() < 100, "{refused:?}");
        }
    }

    #[test]
    fn no_parameter_is_a_number_that_python_cannot_read() {
        let int = r#"{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 0, "high": 5}}"#;
        let float = r#"{"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 1.0, "log": false, "step": null}}"#;
        for (distribution, stored, is_read) in [
            (int, 3.0, true),
            (int, 7.0, true),
            (int, f64::INFINITY, false),
            (int, f64::NEG_INFINITY, false),
            (int, f64::NAN, false),
            (float, f64::INFINITY, true),
            (float, f64::NAN, false),
        ] {
            let read = param(&mut Params::default(), "x", stored, distribution);
            assert_eq!(read.is_ok(), is_read, "{stored} of {distribution}");
        }
    }
}
