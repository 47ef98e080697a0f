//! Which trials of a study this process has seen.
//!
//! A trial that ended never changes, so it is read once and kept. Within a study ids ascend in the order
//! in which trials appear, because they are created under the study's lock. So it is enough to ask for
//! those above the highest id seen, and for those seen before that had not ended: a trial may end long
//! after trials with higher ids.
//!
//! A server that crashes may lose its newest trials and hand their ids out again, and so does an SQLite
//! file after a study was deleted. That shows in the trials that are asked for again: a running one is
//! gone or has another number, or the last one that ended is gone or ended at another time. Then all is
//! forgotten and read again.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use crate::id::{Int, TrialId, TrialNumber, TrialState};
use crate::trial::FrozenTrial;

/// What was seen.
#[derive(Debug, Clone, Default)]
pub(in crate::study) struct Ledger {
    /// The highest id seen.
    seen: Int,
    /// The trials up to there that had not ended.
    open: BTreeMap<TrialId, Open>,
    anchor: Option<Anchor>,
    last: Option<TrialNumber>,
}

/// A trial that has not ended.
#[derive(Debug, Clone, Copy)]
struct Open {
    number: TrialNumber,
    /// The database is asked for it again only once it does not wait any more.
    waits: bool,
}

/// A trial that ended, which has to stay as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Anchor {
    id: TrialId,
    number: TrialNumber,
    completed: Option<NaiveDateTime>,
}

/// A trial as it was found.
#[derive(Debug, Clone, Copy)]
pub(in crate::study) struct Sight {
    pub(in crate::study) id: TrialId,
    pub(in crate::study) number: TrialNumber,
    pub(in crate::study) state: TrialState,
    pub(in crate::study) completed: Option<NaiveDateTime>,
}

impl Ledger {
    /// All trials above this id are asked for,
    pub(in crate::study) fn after(&self) -> Int {
        self.seen
    }

    /// and these, unless they wait,
    pub(in crate::study) fn open(&self) -> Vec<Int> {
        self.open.keys().map(|id| id.0).collect()
    }

    /// and this one, only to see that it is still there; 0 if there is none.
    pub(in crate::study) fn anchor(&self) -> Int {
        self.anchor.map_or(Int(0), |anchor| anchor.id.0)
    }

    /// The largest number seen.
    pub(in crate::study) fn last_number(&self) -> Option<TrialNumber> {
        self.last
    }

    /// Takes in a trial that was found.
    pub(in crate::study) fn see(&mut self, sight: Sight) {
        let Sight { id, number, .. } = sight;
        self.seen = self.seen.max(id.0);
        self.last = self.last.max(Some(number));
        if sight.state.is_finished() {
            self.open.remove(&id);
            self.anchor = Some(sight.anchor());
        } else {
            let waits = sight.state == TrialState::Waiting;
            self.open.insert(id, Open { number, waits });
        }
    }

    /// Whether the answer to what this ledger asked for shows that trials were lost.
    pub(in crate::study) fn is_contradicted_by(&self, sights: impl Iterator<Item = Sight>) -> bool {
        let found: BTreeMap<TrialId, Sight> = sights.map(|sight| (sight.id, sight)).collect();
        let changed = self.open.iter().any(|(id, open)| match found.get(id) {
            Some(sight) => sight.number != open.number,
            None => !open.waits,
        });
        let moved = |anchor: Anchor| found.get(&anchor.id).map(Sight::anchor) != Some(anchor);
        changed || self.anchor.is_some_and(moved)
    }
}

impl Sight {
    pub(in crate::study) fn of(trial: &FrozenTrial) -> Self {
        Self {
            id: trial.id,
            number: trial.number,
            state: trial.state,
            completed: trial.datetime_complete,
        }
    }

    fn anchor(&self) -> Anchor {
        Anchor {
            id: self.id,
            number: self.number,
            completed: self.completed,
        }
    }
}
