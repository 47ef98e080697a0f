//! Studies at a glance.

use chrono::NaiveDateTime;

use super::record::StudyRow;
use crate::error::Result;
use crate::id::{Int, StateCounts, StudyId};
use crate::optuna;
use crate::optuna::moment::{Moment, moment};
use crate::storage::{Statement, count_state};

/// What one row says of a study, without any of its trials.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    pub(crate) study: StudyRow,
    pub(crate) trials: StateCounts,
    /// When its first trial started.
    pub(crate) started: Option<NaiveDateTime>,
    /// The value of its best complete and feasible trial; none with several objectives.
    pub(crate) best_value: Option<f64>,
}

impl Summary {
    /// From the number of trials by the label of their state, and the columns of the best value.
    pub(in crate::storage) fn new(
        study: StudyRow,
        counted: impl IntoIterator<Item = (String, i64)>,
        started: Option<Moment>,
        (value, kind): (Option<f64>, Option<String>),
    ) -> Result<Self> {
        let started = moment(started, || "the first start".to_owned());
        let started = started.map_err(|what| study.unreadable(what))?;
        let mut trials = StateCounts::default();
        for (state, count) in counted {
            count_state(&mut trials, &state, count);
        }
        Ok(Self {
            study,
            trials,
            started,
            best_value: kind.and_then(|kind| optuna::read_value(value, &kind)),
        })
    }
}

/// The statement for summaries, in which the best trial of each study is found as that of one study is.
/// `parameter` is what the driver's parameters start with.
pub(in crate::storage) fn with_best_trial(
    summaries: Statement,
    best: Statement,
    parameter: &str,
) -> String {
    let best = best
        .text
        .replace("{among}", "")
        .replace(&format!("{parameter}1"), "s.single")
        .replace(&format!("{parameter}2"), "s.sign");
    summaries.text.replace("{best_trial.sql}", best.trim_end())
}

/// The range of ids of one study, or of all.
pub(in crate::storage) fn range(only: Option<StudyId>, largest: i64) -> (Int, Int) {
    only.map_or((Int(0), Int(largest)), |study| (study.0, study.0))
}
