//! What a handle to a study has done, counted.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::id::TrialState;
use crate::storage::Swept;

/// The counters behind a study's figures. The heart counts too: it fails silent trials.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) asked: AtomicUsize,
    pub(crate) told: AtomicUsize,
    pub(crate) pruned: AtomicUsize,
    pub(crate) failed: AtomicUsize,
    pub(crate) retried: AtomicUsize,
}

impl Counters {
    pub(crate) fn asked(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn ended(&self, state: TrialState, retried: bool) {
        let counter = match state {
            TrialState::Complete => &self.told,
            TrialState::Pruned => &self.pruned,
            _ => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.retried
            .fetch_add(usize::from(retried), Ordering::Relaxed);
    }

    pub(crate) fn swept(&self, swept: Swept) {
        self.failed.fetch_add(swept.failed, Ordering::Relaxed);
        self.retried.fetch_add(swept.retried, Ordering::Relaxed);
    }
}
