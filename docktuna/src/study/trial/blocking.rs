//! The trial that a blocking objective sees.

use tokio::runtime::Handle;

use crate::error::Result;
use crate::id::TrialNumber;
use crate::params::Params;
use crate::study::RunningTrial;

/// A running trial, for a blocking objective.
#[derive(Debug)]
pub struct BlockingTrial {
    running: RunningTrial,
    runtime: Handle,
}

impl BlockingTrial {
    pub(crate) fn new(running: RunningTrial, runtime: Handle) -> Self {
        Self { running, runtime }
    }

    /// Its place in the study.
    #[must_use]
    pub fn number(&self) -> TrialNumber {
        self.running.number()
    }

    /// Its parameters.
    #[must_use]
    pub fn params(&self) -> &Params {
        self.running.params()
    }

    /// Reports an intermediate value; see [`RunningTrial::report`].
    ///
    /// # Errors
    ///
    /// As [`RunningTrial::report`].
    pub fn report(&self, step: u32, value: f64) -> Result<()> {
        self.runtime.block_on(self.running.report(step, value))
    }

    /// Whether the study's pruner stops this trial; see [`RunningTrial::should_prune`].
    ///
    /// # Errors
    ///
    /// As [`RunningTrial::should_prune`].
    pub fn should_prune(&self) -> Result<bool> {
        self.runtime.block_on(self.running.should_prune())
    }

    /// Returns an error, for `?`, if the pruner stops this trial; see [`RunningTrial::prune_if_needed`].
    ///
    /// # Errors
    ///
    /// As [`RunningTrial::prune_if_needed`].
    pub fn prune_if_needed(&self) -> Result<()> {
        self.runtime.block_on(self.running.prune_if_needed())
    }

    /// Sets an attribute of the trial; see [`RunningTrial::set_user_attr`].
    ///
    /// # Errors
    ///
    /// As [`RunningTrial::set_user_attr`].
    pub fn set_user_attr(&self, key: &str, value: impl serde::Serialize) -> Result<()> {
        self.runtime
            .block_on(self.running.set_user_attr(key, value))
    }
}
