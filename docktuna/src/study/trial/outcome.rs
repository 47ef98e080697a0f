//! The outcome of a trial, which is to be written.

use crate::id::TrialState;
use crate::optuna::{self, keys};
use crate::params::rules::Constraints;
use crate::storage::{Outcome, now};

/// The reason of a trial that was dropped without a result.
pub(in crate::study) const DROPPED: &str = "the trial was dropped without a result";

pub(in crate::study) fn outcome(
    state: TrialState,
    values: Vec<f64>,
    reason: Option<&str>,
    constraints: &Constraints,
) -> Outcome {
    let note = reason
        .filter(|_| state == TrialState::Fail)
        .map(optuna::write_failure_note);
    let reason = reason.map(|text| (keys::ERROR.to_owned(), optuna::write_json_text(text)));
    Outcome {
        state,
        values,
        system_attrs: constraints.system_attr().into_iter().collect(),
        user_attrs: reason.into_iter().chain(constraints.user_attr()).collect(),
        note,
        at: now(),
        retries: 0,
    }
}
