//! A trial with its configuration, as an ask returns it.

use std::ops::Deref;

use crate::error::Result;
use crate::study::{RunningTrial, Values};

/// A trial that was asked for, with its configuration.
///
/// Tell its result with [`tell`](RunningTrial::tell). If the trial is dropped without a result, it
/// becomes FAIL.
#[derive(Debug)]
pub struct Trial<T> {
    config: T,
    running: RunningTrial,
}

impl<T> Trial<T> {
    pub(crate) fn new(config: T, running: RunningTrial) -> Self {
        Self { config, running }
    }

    /// The configuration to try.
    #[must_use]
    pub fn config(&self) -> &T {
        &self.config
    }

    /// The configuration and the running trial.
    #[must_use]
    pub fn into_parts(self) -> (T, RunningTrial) {
        (self.config, self.running)
    }

    /// Ends the trial with its numbers; see [`RunningTrial::tell`].
    ///
    /// # Errors
    ///
    /// As [`RunningTrial::tell`].
    pub async fn tell(self, values: impl Into<Values>) -> Result<()> {
        self.running.tell(values).await
    }

    /// Ends the trial as PRUNED; see [`RunningTrial::prune`].
    ///
    /// # Errors
    ///
    /// As [`RunningTrial::prune`].
    pub async fn prune(self) -> Result<()> {
        self.running.prune().await
    }

    /// Ends the trial as FAIL; see [`RunningTrial::fail`].
    ///
    /// # Errors
    ///
    /// As [`RunningTrial::fail`].
    pub async fn fail(self, reason: &str) -> Result<()> {
        self.running.fail(reason).await
    }
}

impl<T> Deref for Trial<T> {
    type Target = RunningTrial;

    fn deref(&self) -> &RunningTrial {
        &self.running
    }
}
