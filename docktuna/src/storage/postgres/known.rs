//! What the server remembers of trials, so that a parameter is written in one round trip.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::id::{StudyId, TrialId};
use crate::lock::lock;
use crate::params::Parameter;
use crate::space::distribution::Distribution;

/// How many distributions and trials are remembered.
const MOST: usize = 100_000;

/// What does not change while a study is there: of which study a trial is, and one distribution for each name.
///
/// A trial that is found in another study is looked up again, and a distribution is, before another one is refused.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Facts>);

#[derive(Debug, Default)]
struct Facts {
    studies: HashMap<TrialId, StudyId>,
    distributions: HashMap<StudyId, HashMap<String, Distribution>>,
    /// How many distributions there are in all.
    count: usize,
}

impl Known {
    pub(super) fn study_of(&self, trial: TrialId) -> Option<StudyId> {
        lock(&self.0).studies.get(&trial).copied()
    }

    pub(super) fn note_study(&self, trial: TrialId, study: StudyId) {
        let mut facts = lock(&self.0);
        if facts.studies.len() >= MOST {
            facts.studies.clear();
        }
        facts.studies.insert(trial, study);
    }

    pub(super) fn allows(&self, study: StudyId, param: &Parameter) -> bool {
        let facts = lock(&self.0);
        let known = facts.distributions.get(&study);
        known
            .and_then(|known| known.get(param.name()))
            .is_some_and(|known| known.is_compatible(param.distribution()))
    }

    pub(super) fn note_distribution(
        &self,
        study: StudyId,
        name: &str,
        distribution: &Distribution,
    ) {
        let mut facts = lock(&self.0);
        if facts.count >= MOST {
            facts.distributions.clear();
            facts.count = 0;
        }
        let known = facts.distributions.entry(study).or_default();
        if known
            .insert(name.to_owned(), distribution.clone())
            .is_none()
        {
            facts.count += 1;
        }
    }
}
