//! A run, its trials, and their end from outside.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use crate::lock::lock;
use crate::study::RunningTrial;

/// Why an interrupted trial has no result.
pub(in crate::study) const INTERRUPTED: &str = "interrupted by a signal";

/// A run as the thread sees it that listens for signals.
#[derive(Debug)]
pub(in crate::study) struct Watched {
    /// How many signals there were before the run.
    pub(in crate::study) before: u32,
    /// How long its trials may go on after a signal.
    pub(in crate::study) grace: Duration,
    trials: Mutex<Vec<RunningTrial>>,
}

/// A trial of a watched run that has not ended.
#[derive(Debug)]
pub(in crate::study) struct Known<'a> {
    run: &'a Watched,
    trial: RunningTrial,
}

impl Drop for Known<'_> {
    fn drop(&mut self) {
        let number = self.trial.number();
        self.run.trials().retain(|trial| trial.number() != number);
    }
}

impl Watched {
    pub(in crate::study) fn new(before: u32, grace: Duration) -> Self {
        Self {
            before,
            grace,
            trials: Mutex::default(),
        }
    }

    pub(in crate::study) fn watch(&self, trial: RunningTrial) -> Known<'_> {
        self.trials().push(trial.share());
        Known { run: self, trial }
    }

    /// Ends what its run has not ended in time, through a connection of its own.
    pub(in crate::study) async fn end_trials(&self) {
        let trials: Vec<RunningTrial> = self.trials().iter().map(RunningTrial::share).collect();
        // A database in memory ends with the process, and has no other connection.
        let beside = trials
            .first()
            .map(|trial| trial.study().storage().sibling());
        let Some(storage) = beside.flatten() else {
            return;
        };
        for trial in trials {
            if let Err(error) = trial.end_beside(&storage, INTERRUPTED).await {
                tracing::warn!(trial = trial.number().get(), %error, "an interrupted trial stays RUNNING");
            }
        }
        storage.close().await;
    }

    fn trials(&self) -> MutexGuard<'_, Vec<RunningTrial>> {
        lock(&self.trials)
    }
}
