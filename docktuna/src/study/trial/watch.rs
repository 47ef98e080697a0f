//! What `tracing` shows of a trial: a span from its start to its end, and one line when it has ended.

use std::time::Instant;

use tracing::Span;
use tracing::field::Empty;

use crate::id::TrialNumber;
use crate::optuna::keys;
use crate::storage::{Finished, Outcome};
use crate::study::DynamicStudy;

#[derive(Debug, Clone)]
pub(crate) struct Watch {
    span: Span,
    number: TrialNumber,
    began: Instant,
}

impl Watch {
    /// Starts to watch; the span is a child of the one that is current.
    pub(crate) fn new(study: &str, number: TrialNumber) -> Self {
        let span = tracing::info_span!(
            "trial",
            study,
            number = number.0,
            state = Empty,
            seconds = Empty
        );
        Self {
            span,
            number,
            began: Instant::now(),
        }
    }

    /// Where the objective and what it asks of the database belong.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Counts and tells the end of a trial, if it is this handle that ended it.
    pub(crate) fn ended(&self, study: &DynamicStudy, outcome: &Outcome, finished: Finished) {
        if matches!(finished, Finished::Closed(_) | Finished::Gone) {
            return;
        }
        let retried = matches!(finished, Finished::Retried);
        study.counters().ended(outcome.state, retried);
        let _entered = self.span.enter();
        if let Finished::Moved(_, number) = finished {
            tracing::warn!(
                trial = self.number.0,
                moved = number.0,
                "the server lost this trial's row in a crash; it was recorded as a new trial"
            );
        }
        let (state, seconds) = (outcome.state.as_str(), self.began.elapsed().as_secs_f64());
        self.span.record("state", state);
        self.span.record("seconds", seconds);
        let reason = outcome
            .user_attrs
            .iter()
            .find(|(key, _)| key == keys::ERROR);
        tracing::info!(
            study = study.name(),
            trial = self.number.0,
            state,
            values = ?outcome.values,
            seconds,
            retried,
            reason = reason.map(|(_, json)| json.as_str()),
            "trial ended"
        );
    }
}
