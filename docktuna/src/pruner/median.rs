//! Pruning of trials that are worse than the median.

use super::{Decision, Peers, Percentile, Progress, Pruner, Reads};

/// Prunes a trial whose best report so far is worse than the median of the complete trials' reports at
/// the same step. It is the default, and the same as [`Percentile`] at 50.
///
/// The rule is the one of Golovin et al., "Google Vizier: A Service for Black-Box Optimization", KDD
/// 2017, section 3.2.
#[derive(Debug, Clone, Default)]
pub struct Median(Percentile);

impl Median {
    /// Prunes nothing before this number of trials is complete; 5 by default.
    #[must_use]
    pub fn n_startup_trials(self, trials: usize) -> Self {
        Self(self.0.n_startup_trials(trials))
    }

    /// Prunes nothing below this step; 0 by default.
    #[must_use]
    pub fn n_warmup_steps(self, steps: u32) -> Self {
        Self(self.0.n_warmup_steps(steps))
    }

    /// Decides once in this number of steps, counted from the end of the warm-up; 1 by default.
    #[must_use]
    pub fn interval_steps(self, steps: u32) -> Self {
        Self(self.0.interval_steps(steps))
    }

    /// Decides only at steps that at least this number of complete trials reported; 1 by default.
    #[must_use]
    pub fn n_min_trials(self, trials: usize) -> Self {
        Self(self.0.n_min_trials(trials))
    }
}

impl Pruner for Median {
    fn name(&self) -> &'static str {
        "median"
    }

    fn check(&self) -> Result<(), String> {
        self.0.check()
    }

    fn reads(&self) -> Reads {
        self.0.reads()
    }

    fn needs_peers(&self, trial: &Progress<'_>) -> bool {
        self.0.needs_peers(trial)
    }

    fn decide(&self, trial: &Progress<'_>, peers: &Peers) -> Decision {
        self.0.decide(trial, peers)
    }
}
