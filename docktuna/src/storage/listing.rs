//! Trials in an order that a person asks for, and the parameters of a study.

#[cfg(feature = "cli")]
use super::Attrs;
use super::{Storage, StudyRow, once, repeated};
use crate::error::Result;
use crate::id::{StudyId, TrialId, TrialState};
use crate::optuna::read_distribution;
use crate::space::Direction;
use crate::space::distribution::Distribution;
use crate::trial::FrozenTrial;

/// Which trials of a study, and in which order.
#[derive(Debug, Clone)]
pub(crate) struct TrialQuery {
    /// In one of these states.
    pub(crate) states: Vec<TrialState>,
    pub(crate) sort: Sort,
    pub(crate) reverse: bool,
    /// At most so many.
    pub(crate) limit: Option<usize>,
}

impl Default for TrialQuery {
    fn default() -> Self {
        Self {
            states: TrialState::ALL.to_vec(),
            sort: Sort::Number,
            reverse: false,
            limit: None,
        }
    }
}

impl TrialQuery {
    pub(in crate::storage) fn labels(&self) -> Vec<&'static str> {
        self.states.iter().map(|state| state.as_str()).collect()
    }

    pub(in crate::storage) fn most(&self) -> i64 {
        let limit = self.limit.and_then(|limit| i64::try_from(limit).ok());
        limit.unwrap_or(i64::MAX)
    }
}

/// What trials are ordered by. Trials without it come last, and equal ones are ordered by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "cli"),
    allow(dead_code, reason = "only people ask for another order")
)]
pub(crate) enum Sort {
    Number,
    /// The number of the first objective; the better one first.
    Value(Direction),
    Started,
    Completed,
    Duration,
}

/// How much of a trial is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Its state, parameters and results.
    Results,
    /// Its attributes, too.
    #[cfg_attr(
        not(feature = "cli"),
        allow(dead_code, reason = "only people are shown them")
    )]
    Notes,
    /// And its reports.
    All,
}

/// What the trials of a study hold of one parameter.
#[derive(Debug, Clone)]
pub(crate) struct StoredParam {
    pub(crate) name: String,
    /// What the latest trial drew it from.
    pub(crate) distribution: Distribution,
    /// How many trials have it.
    #[cfg_attr(
        not(feature = "cli"),
        allow(dead_code, reason = "only people are shown it")
    )]
    pub(crate) trials: usize,
}

/// (name, distribution, number of trials)
pub(crate) type StoredParamColumns = (Option<String>, Option<String>, i64);

impl Storage {
    /// The ids of some trials, in order.
    pub(crate) async fn trial_ids(
        &self,
        study: &StudyRow,
        query: &TrialQuery,
    ) -> Result<Vec<TrialId>> {
        repeated!(self.trial_ids(study.id, query))
    }

    /// The id of the trial with this number.
    pub(crate) async fn numbered(&self, study: StudyId, number: i32) -> Result<Option<TrialId>> {
        repeated!(self.numbered(study, number))
    }

    /// The ids of the trials that reported a value.
    pub(crate) async fn reported(&self, study: &StudyRow) -> Result<Vec<TrialId>> {
        repeated!(self.reported(study.id))
    }

    /// The trials with these ids that the study has, in the order of the ids.
    pub(crate) async fn load_listed(
        &self,
        study: &StudyRow,
        ids: &[TrialId],
        detail: Detail,
    ) -> Result<Vec<FrozenTrial>> {
        let rows = repeated!(self.load_listed(study.id, ids, detail))?;
        let trials = rows.assemble().map_err(|what| study.unreadable(what))?;
        let mut places: Vec<(usize, FrozenTrial)> = Vec::with_capacity(trials.len());
        let order: std::collections::HashMap<TrialId, usize> =
            ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        for trial in trials {
            places.extend(order.get(&trial.id).map(|at| (*at, trial)));
        }
        places.sort_unstable_by_key(|(at, _)| *at);
        Ok(places.into_iter().map(|(_, trial)| trial).collect())
    }

    /// Every parameter that occurs in the study, in the order in which they first occurred.
    pub(crate) async fn stored_params(&self, study: &StudyRow) -> Result<Vec<StoredParam>> {
        let rows = repeated!(self.stored_params(study.id))?;
        let param = |(name, distribution, trials): StoredParamColumns| {
            let name = name.ok_or("a parameter has no name")?;
            let distribution = read_distribution(&distribution.unwrap_or_default())
                .map_err(|why| format!("the distribution of {name:?}: {why}"))?;
            let trials = usize::try_from(trials).unwrap_or(0);
            Ok(StoredParam {
                name,
                distribution,
                trials,
            })
        };
        let params: Result<_, String> = rows.into_iter().map(param).collect();
        params.map_err(|what| study.unreadable(what))
    }

    /// The keys of attributes that some trial of the study has, in alphabetical order.
    #[cfg(feature = "cli")]
    pub(crate) async fn attribute_keys(
        &self,
        study: &StudyRow,
        which: Attrs,
    ) -> Result<Vec<String>> {
        let keys = repeated!(self.attribute_keys(study.id, which))?;
        // In the same order from every database.
        let mut keys: Vec<String> = keys.into_iter().flatten().collect();
        keys.sort_unstable();
        Ok(keys)
    }
}

/// The table of one kind of attributes of trials.
#[cfg(feature = "cli")]
pub(in crate::storage) fn table(which: Attrs) -> &'static str {
    match which {
        Attrs::User => "trial_user_attributes",
        Attrs::System => "trial_system_attributes",
    }
}
