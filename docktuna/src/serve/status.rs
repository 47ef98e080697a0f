//! Errors in the codes that Python's client knows.
//!
//! It takes NOT_FOUND for a `KeyError`, ALREADY_EXISTS for a `DuplicatedStudyError`, FAILED_PRECONDITION for an
//! `UpdateFinishedTrialError` and, of a parameter, INVALID_ARGUMENT for a `ValueError`. So none of these may be said of
//! anything else.

use tonic::Status;

use crate::error::Error;
use crate::id::{StudyId, TrialId};
use crate::shown::shown;

pub(super) fn no_study(study: StudyId) -> Status {
    Status::not_found(format!("there is no study with the id {study}"))
}

pub(super) fn no_trial(trial: TrialId) -> Status {
    Status::not_found(format!("there is no trial with the id {trial}"))
}

pub(super) fn ended(trial: TrialId) -> Status {
    Status::failed_precondition(format!(
        "the trial with the id {trial} has ended and cannot be changed"
    ))
}

pub(super) fn invalid(what: impl AsRef<str>) -> Status {
    Status::invalid_argument(shown(what.as_ref()).to_string())
}

/// An error of the database.
pub(super) fn failed(error: Error) -> Status {
    let text = error.to_string();
    match error {
        Error::Unreadable { .. } => Status::data_loss(text),
        Error::Connect { .. } | Error::Locked { .. } | Error::ReadOnly { .. } => {
            Status::unavailable(text)
        }
        error if error.is_transient() => Status::unavailable(text),
        _ => Status::internal(text),
    }
}
