//! Asynchronous successive halving.

use std::sync::OnceLock;

use super::{Decision, Peer, Peers, Progress, Pruner, Reads};
use crate::space::Direction;

/// Asynchronous successive halving (ASHA): a trial goes on past a rung only if it is among the best
/// share of all trials that have reached that rung.
///
/// Rung k is reached at the step `min_resource * reduction_factor^(min_early_stopping_rate + k)`. The
/// trial's value there is stored as its system attribute `completed_rung_k`, as Optuna does, so all
/// workers compare the same numbers. This costs one more round trip for each rung.
///
/// Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020.
///
/// ```
/// use docktuna::pruner::SuccessiveHalving;
/// let asha = SuccessiveHalving::default().min_resource(1).reduction_factor(3);
/// ```
#[derive(Debug, Clone)]
pub struct SuccessiveHalving {
    /// None: found from the completed trials.
    min_resource: Option<u32>,
    found: OnceLock<u32>,
    halving: Halving,
}

/// How trials are halved, once the resource of the first rung is known.
#[derive(Debug, Clone)]
pub(super) struct Halving {
    pub(super) reduction_factor: u32,
    pub(super) early_stopping_rate: u32,
    pub(super) bootstrap_count: usize,
}

impl Default for SuccessiveHalving {
    fn default() -> Self {
        Self {
            min_resource: None,
            found: OnceLock::new(),
            halving: Halving {
                reduction_factor: 4,
                early_stopping_rate: 0,
                bootstrap_count: 0,
            },
        }
    }
}

impl SuccessiveHalving {
    /// The step of the first rung, 1 or more. By default it is a hundredth of the largest step that
    /// complete trials reported. Each process finds it once, and prunes nothing before.
    #[must_use]
    pub fn min_resource(mut self, step: u32) -> Self {
        self.min_resource = Some(step);
        self
    }

    /// One of `factor` trials continues after a rung, and the next rung is at `factor` times the step. It
    /// is 2 or more, and 4 by default.
    #[must_use]
    pub fn reduction_factor(mut self, factor: u32) -> Self {
        self.halving.reduction_factor = factor;
        self
    }

    /// Omits this number of the first rungs; 0 by default.
    #[must_use]
    pub fn min_early_stopping_rate(mut self, rungs: u32) -> Self {
        self.halving.early_stopping_rate = rungs;
        self
    }

    /// The number of trials that must have reached a rung before one may pass it; 0 by default. It needs
    /// a [`min_resource`](Self::min_resource).
    #[must_use]
    pub fn bootstrap_count(mut self, trials: usize) -> Self {
        self.halving.bootstrap_count = trials;
        self
    }

    fn known(&self) -> Option<u32> {
        self.min_resource.or(self.found.get().copied())
    }
}

impl Pruner for SuccessiveHalving {
    fn name(&self) -> &'static str {
        "successive halving"
    }

    fn check(&self) -> Result<(), String> {
        if self.min_resource.is_none() && self.halving.bootstrap_count > 0 {
            return Err(
                "bootstrap_count needs to know the first rung; help: set min_resource".to_owned(),
            );
        }
        check(self.min_resource, &self.halving)
    }

    fn reads(&self) -> Reads {
        Reads::RUNGS
    }

    fn needs_peers(&self, trial: &Progress<'_>) -> bool {
        match self.known() {
            Some(min_resource) => self.halving.needs_peers(min_resource, trial),
            None => !trial.curve.is_empty(),
        }
    }

    fn decide(&self, trial: &Progress<'_>, peers: &Peers) -> Decision {
        let found = || Some((peers.largest_step()? / 100).max(1));
        let known = self
            .known()
            .or_else(found)
            .filter(|_| !trial.curve.is_empty());
        let Some(min_resource) = known else {
            return false.into();
        };
        let min_resource = self.min_resource.unwrap_or_else(|| {
            let found = self.found.get_or_init(|| min_resource);
            *found
        });
        self.halving.decide(min_resource, trial, || peers.iter())
    }
}

/// Checks the options that Hyperband has too.
pub(super) fn check(min_resource: Option<u32>, halving: &Halving) -> Result<(), String> {
    if min_resource == Some(0) {
        return Err("min_resource is 0; help: 1 or more".to_owned());
    }
    if halving.reduction_factor < 2 {
        let found = halving.reduction_factor;
        return Err(format!("reduction_factor is {found}; help: 2 or more"));
    }
    Ok(())
}

impl Halving {
    /// The step at which this rung is reached.
    fn step(&self, min_resource: u32, rung: u32) -> u64 {
        let exponent = self.early_stopping_rate.saturating_add(rung);
        let factor = u64::from(self.reduction_factor).saturating_pow(exponent);
        factor.saturating_mul(min_resource.into())
    }

    pub(super) fn needs_peers(&self, min_resource: u32, trial: &Progress<'_>) -> bool {
        trial.curve.last().is_some_and(|(step, value)| {
            !value.is_nan() && u64::from(step) >= self.step(min_resource, trial.rungs.next())
        })
    }

    /// Decides; `peers` are the trials that may have completed a rung of this one's.
    pub(super) fn decide<'p, I: Iterator<Item = &'p Peer>>(
        &self,
        min_resource: u32,
        trial: &Progress<'_>,
        peers: impl Fn() -> I,
    ) -> Decision {
        let mut decision = Decision::default();
        let Some((step, value)) = trial.curve.last() else {
            return decision;
        };
        for rung in trial.rungs.next().. {
            if trial.rungs.get(rung).is_some() {
                continue;
            }
            if u64::from(step) < self.step(min_resource, rung) {
                break;
            }
            if value.is_nan() {
                decision.prune = true;
                break;
            }
            decision.rungs.push((rung, value));
            let mut rivals: Vec<f64> = peers().filter_map(|peer| peer.rungs.get(rung)).collect();
            rivals.push(value);
            if self.is_beaten(value, &mut rivals, trial.direction) {
                decision.prune = true;
                break;
            }
        }
        decision
    }

    /// Whether a value is not among those of its rung that go on.
    fn is_beaten(&self, value: f64, rivals: &mut [f64], direction: Direction) -> bool {
        if rivals.len() <= self.bootstrap_count {
            return true;
        }
        let promoted = rivals.len() / self.reduction_factor.max(1) as usize;
        let better_first = |a: &f64, b: &f64| direction.loss(*a).total_cmp(&direction.loss(*b));
        let (_, cut, _) = rivals.select_nth_unstable_by(promoted.saturating_sub(1), better_first);
        direction.is_better(*cut, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked() {
        let asha = SuccessiveHalving::default;
        assert!(asha().min_resource(0).check().is_err());
        assert!(asha().reduction_factor(1).check().is_err());
        let message = asha().bootstrap_count(2).check().unwrap_err();
        assert!(message.contains("min_resource"), "{message}");
        assert!(asha().min_resource(1).bootstrap_count(2).check().is_ok());
        assert!(asha().check().is_ok());
    }

    #[test]
    fn rungs_beyond_every_number_are_never_reached() {
        let far = SuccessiveHalving::default().min_early_stopping_rate(u32::MAX);
        assert_eq!(far.halving.step(u32::MAX, u32::MAX), u64::MAX);
    }
}
