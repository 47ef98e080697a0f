//! A Gaussian process and the tree-structured Parzen estimator in turn.

use std::time::Duration;

#[cfg(doc)]
use super::Tpe;
use super::{Draft, Gp, Sampler};
use crate::error::Result;
use crate::space::distribution::Distribution;

/// [`Gp`] and [`Tpe`] in turn, on one history. It is the default sampler of a study.
///
/// Each of them is far better than the other on some objectives, and in turn they lose little on either kind: a
/// portfolio as in Hoffman, Brochu and de Freitas, "Portfolio Allocation for Bayesian Optimization" (UAI 2011), with
/// equal shares. [`Tpe`] suggests alone wherever [`Gp`] leaves it the suggestion: in the first 10 trials, with more than
/// 300, with several objectives, with more than 50 parameters.
///
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Auto {
    gp: Gp,
}

impl Auto {
    /// The same as [`Gp::max_trials`].
    #[must_use]
    pub fn max_trials(mut self, trials: usize) -> Self {
        self.gp = self.gp.max_trials(trials);
        self
    }

    /// The same as [`Gp::max_time`].
    #[must_use]
    pub fn max_time(mut self, time: Duration) -> Self {
        self.gp = self.gp.max_time(time);
        self
    }

    /// The same as [`Tpe::n_startup_trials`].
    #[must_use]
    pub fn n_startup_trials(mut self, trials: usize) -> Self {
        self.gp = self.gp.n_startup_trials(trials);
        self
    }
}

impl Sampler for Auto {
    fn name(&self) -> &'static str {
        "auto"
    }

    fn reads_history(&self) -> bool {
        true
    }

    fn prepare(&self, draft: &mut Draft<'_>) -> Result<()> {
        // Trials that run count, so that workers that ask at the same time take turns, too.
        if draft.history().rows().is_multiple_of(2) {
            self.gp.prepare(draft)?;
        }
        Ok(())
    }

    fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64 {
        // It leaves to the TPE what it did not suggest.
        self.gp.sample(draft, name, distribution)
    }
}
