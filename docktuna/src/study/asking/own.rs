//! The trials that this process made and has not seen the end of.
//!
//! Their parameters are complete from the start, and known here, so that no look has to read them. Whether a row is
//! still such a trial's is the database's to say: after a crash of the server its id may be another one's.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use chrono::NaiveDateTime;

use crate::id::{Int, TrialId};
use crate::lock::lock;
use crate::params::Params;
use crate::storage::TrialKey;
use crate::trial::FrozenTrial;

#[derive(Debug, Default)]
pub(super) struct OwnTrials(Mutex<HashMap<TrialId, OwnTrial>>);

#[derive(Debug)]
struct OwnTrial {
    started: NaiveDateTime,
    params: Params,
}

impl OwnTrials {
    /// Adds a trial that was created with these parameters, and gets no others.
    pub(super) fn note(&self, key: &TrialKey, params: &Params) {
        let (started, params) = (key.started, params.clone());
        lock(&self.0).insert(key.id, OwnTrial { started, params });
    }

    /// Each with its start.
    pub(super) fn starts(&self) -> Vec<(Int, NaiveDateTime)> {
        let own = lock(&self.0);
        own.iter().map(|(id, own)| (id.0, own.started)).collect()
    }

    /// Gives their parameters to those of `trials` that were `found` to be these. What has ended is not read again, and
    /// what was asked for and is another trial now is not one of these any more: both are forgotten.
    pub(super) fn complete(
        &self,
        trials: &mut [FrozenTrial],
        asked: &[(Int, NaiveDateTime)],
        found: &HashSet<TrialId>,
    ) {
        let mut own = lock(&self.0);
        for trial in &mut *trials {
            // A trial that was noted meanwhile was not asked for.
            let known = own.get(&trial.id).filter(|own| {
                found.contains(&trial.id) && asked.contains(&(trial.id.0, own.started))
            });
            if let Some(known) = known {
                trial.params = known.params.clone();
            }
        }
        let over = trials.iter().filter(|trial| trial.state.is_finished());
        let over = over.map(|trial| trial.id);
        let others = asked.iter().map(|(id, _)| TrialId(*id));
        let seen = |id: &TrialId| trials.iter().any(|trial| trial.id == *id);
        let others = others.filter(|id| seen(id) && !found.contains(id));
        for id in over.chain(others) {
            own.remove(&id);
        }
    }

    pub(super) fn clear(&self) {
        lock(&self.0).clear();
    }
}
