//! Patience before another pruner.

use super::curve::best;
use super::{Decision, Peers, Progress, Pruner, Reads};

/// Does not prune a trial that improves, and asks another pruner about a trial that does not. Without
/// another pruner it prunes such a trial, which costs no query.
///
/// A trial does not improve if the best of its newest `patience + 1` reports is worse than the best of
/// those before, by more than `min_delta`.
///
/// ```
/// use docktuna::pruner::{Median, Patient};
/// let tolerant = Patient::new(3).before(Median::default()).min_delta(0.01);
/// ```
#[derive(Debug)]
pub struct Patient {
    patience: usize,
    min_delta: f64,
    inner: Option<Box<dyn Pruner>>,
}

impl Patient {
    /// Tolerates `patience` reports without an improvement.
    #[must_use]
    pub fn new(patience: usize) -> Self {
        Self {
            patience,
            min_delta: 0.0,
            inner: None,
        }
    }

    /// Lets `pruner` decide about trials that do not improve.
    #[must_use]
    pub fn before(mut self, pruner: impl Pruner + 'static) -> Self {
        self.inner = Some(Box::new(pruner));
        self
    }

    /// The deterioration that is tolerated, in the metric's unit; 0 by default.
    #[must_use]
    pub fn min_delta(mut self, delta: f64) -> Self {
        self.min_delta = delta;
        self
    }

    fn is_stuck(&self, trial: &Progress<'_>) -> bool {
        let values = trial.curve.values();
        let newest = self.patience.saturating_add(1);
        let Some(before) = values.len().checked_sub(newest).filter(|n| *n > 0) else {
            return false;
        };
        let (before, newest) = values.split_at(before);
        let before = best(before, trial.direction);
        let newest = best(newest, trial.direction);
        let loss = |value| trial.direction.loss(value);
        loss(before) + self.min_delta < loss(newest)
    }
}

impl Pruner for Patient {
    fn name(&self) -> &'static str {
        "patient"
    }

    fn check(&self) -> Result<(), String> {
        if self.min_delta.is_nan() || self.min_delta < 0.0 {
            let found = self.min_delta;
            return Err(format!("min_delta is {found}; help: 0 or more"));
        }
        match &self.inner {
            Some(inner) => inner
                .check()
                .map_err(|why| format!("the {} pruner in it: {why}", inner.name())),
            None => Ok(()),
        }
    }

    fn reads(&self) -> Reads {
        self.inner
            .as_ref()
            .map_or(Reads::NOTHING, |inner| inner.reads())
    }

    fn needs_peers(&self, trial: &Progress<'_>) -> bool {
        let inner = self.inner.as_ref().filter(|_| self.is_stuck(trial));
        inner.is_some_and(|inner| inner.needs_peers(trial))
    }

    fn decide(&self, trial: &Progress<'_>, peers: &Peers) -> Decision {
        if !self.is_stuck(trial) {
            return false.into();
        }
        match &self.inner {
            Some(inner) => inner.decide(trial, peers),
            None => true.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pruner::Percentile;

    #[test]
    fn options_are_checked() {
        assert!(Patient::new(1).min_delta(-1.0).check().is_err());
        assert!(Patient::new(1).min_delta(f64::NAN).check().is_err());
        let inner = Patient::new(1).before(Percentile::new(101.0)).check();
        assert!(inner.unwrap_err().contains("the percentile pruner in it"));
        assert!(Patient::new(0).check().is_ok());
    }
}
