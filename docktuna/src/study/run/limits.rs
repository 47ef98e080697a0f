//! What limits a run, and what it came to.

use std::time::Duration;

/// Less than the ten seconds after which `docker stop` kills.
const INTERRUPT_GRACE: Duration = Duration::from_secs(8);

#[derive(Debug, Clone, Copy)]
pub(in crate::study) struct Limits {
    pub(in crate::study) trials: Option<usize>,
    pub(in crate::study) max_total: Option<usize>,
    pub(in crate::study) max_failures: Option<usize>,
    pub(in crate::study) timeout: Option<Duration>,
    pub(in crate::study) concurrency: usize,
    /// How long running trials may go on after a signal; none if signals are left to others.
    pub(in crate::study) interrupt_grace: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            trials: None,
            max_total: None,
            max_failures: None,
            timeout: None,
            concurrency: 1,
            interrupt_grace: Some(INTERRUPT_GRACE),
        }
    }
}

/// The outcome of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunSummary {
    /// Trials that ended with a result.
    pub complete: usize,
    /// Trials that were pruned.
    pub pruned: usize,
    /// Trials that failed.
    pub failed: usize,
    /// Whether a signal ended the run before its limits did.
    pub interrupted: bool,
}
