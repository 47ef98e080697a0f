//! Hyperband.

use std::sync::OnceLock;

use super::successive_halving::{Halving, check};
use super::{Decision, Peers, Progress, Pruner, Reads};

/// Hyperband: several brackets of [`SuccessiveHalving`](super::SuccessiveHalving), from one that compares
/// trials early to one that compares them late.
///
/// The bracket of a trial depends on the study's name and the trial's number, so all workers choose the
/// same one. Set [`max_resource`](Self::max_resource) if several processes work on a study. Otherwise
/// each process finds it from the complete trials that it sees, and they may find different ones.
///
/// Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization", JMLR 18, 2018,
/// with the asynchronous halving of Li et al., MLSys 2020.
///
/// ```
/// use docktuna::pruner::Hyperband;
/// let hyperband = Hyperband::default().min_resource(1).max_resource(27);
/// ```
#[derive(Debug, Clone)]
pub struct Hyperband {
    min_resource: u32,
    /// None: found from the completed trials.
    max_resource: Option<u32>,
    reduction_factor: u32,
    bootstrap_count: usize,
    budgets: OnceLock<Budgets>,
}

impl Default for Hyperband {
    fn default() -> Self {
        Self {
            min_resource: 1,
            max_resource: None,
            reduction_factor: 3,
            bootstrap_count: 0,
            budgets: OnceLock::new(),
        }
    }
}

impl Hyperband {
    /// The step of the first rung of the first bracket; 1 or more, 1 by default.
    #[must_use]
    pub fn min_resource(mut self, step: u32) -> Self {
        self.min_resource = step;
        self
    }

    /// The number of steps of a trial; at least [`min_resource`](Self::min_resource). By default it is
    /// one more than the largest step that complete trials reported. Each process finds it once, and
    /// prunes nothing before.
    #[must_use]
    pub fn max_resource(mut self, steps: u32) -> Self {
        self.max_resource = Some(steps);
        self
    }

    /// One of `factor` trials continues after a rung, and the next rung is at `factor` times the step. It
    /// is 2 or more, and 3 by default.
    #[must_use]
    pub fn reduction_factor(mut self, factor: u32) -> Self {
        self.reduction_factor = factor;
        self
    }

    /// The number of trials that must have reached a rung before one may pass it; 0 by default. It needs
    /// a [`max_resource`](Self::max_resource).
    #[must_use]
    pub fn bootstrap_count(mut self, trials: usize) -> Self {
        self.bootstrap_count = trials;
        self
    }

    /// The brackets, once the largest resource is known.
    fn budgets(&self, found: Option<u32>) -> Option<&Budgets> {
        if let Some(budgets) = self.budgets.get() {
            return Some(budgets);
        }
        let max_resource = self.max_resource.or(found)?;
        let budgets = Budgets::new(self.min_resource, max_resource, self.reduction_factor)?;
        Some(self.budgets.get_or_init(|| budgets))
    }

    fn halving(&self, bracket: u32) -> Halving {
        Halving {
            reduction_factor: self.reduction_factor,
            early_stopping_rate: bracket,
            bootstrap_count: self.bootstrap_count,
        }
    }
}

impl Pruner for Hyperband {
    fn name(&self) -> &'static str {
        "hyperband"
    }

    fn check(&self) -> Result<(), String> {
        if self.max_resource.is_none() && self.bootstrap_count > 0 {
            return Err(
                "bootstrap_count needs to know the last step; help: set max_resource".into(),
            );
        }
        if let Some(max) = self.max_resource.filter(|max| *max < self.min_resource) {
            let min = self.min_resource;
            return Err(format!(
                "max_resource is {max} and min_resource is {min}; help: a larger max_resource"
            ));
        }
        check(Some(self.min_resource), &self.halving(0))
    }

    fn reads(&self) -> Reads {
        Reads::RUNGS
    }

    fn needs_peers(&self, trial: &Progress<'_>) -> bool {
        let Some(budgets) = self.budgets(None) else {
            return !trial.curve.is_empty();
        };
        let bracket = budgets.brackets(trial.study)(trial.number.get());
        self.halving(bracket).needs_peers(self.min_resource, trial)
    }

    fn decide(&self, trial: &Progress<'_>, peers: &Peers) -> Decision {
        let found = || Some(peers.largest_step()?.saturating_add(1));
        let budgets = match self.budgets(None) {
            _ if trial.curve.is_empty() => return false.into(),
            None => self.budgets(found()),
            known => known,
        };
        let Some(budgets) = budgets else {
            return false.into();
        };
        let bracket_of = budgets.brackets(trial.study);
        let bracket = bracket_of(trial.number.get());
        self.halving(bracket).decide(self.min_resource, trial, || {
            // Most peers stand out by their rungs already, and the bracket costs more to find out.
            let on_a_rung = peers.iter().filter(|peer| !peer.rungs.is_empty());
            on_a_rung.filter(|peer| bracket_of(peer.number.get()) == bracket)
        })
    }
}

/// How the trials are spread over the brackets: a bracket's budget is its share.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Budgets(Vec<u64>);

impl Budgets {
    /// None if the largest resource is below the smallest.
    fn new(min_resource: u32, max_resource: u32, factor: u32) -> Option<Self> {
        // In floats, where log_3(243) is less than 5: Optuna's number of brackets is what counts.
        let ratio = f64::from(max_resource) / f64::from(min_resource.max(1));
        let last = (ratio.ln() / f64::from(factor.max(2)).ln()).floor();
        if !(0.0..64.0).contains(&last) {
            return None;
        }
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it lies in 0..64"
        )]
        let last = last as u32;
        let budget = |bracket: u32| {
            let halvings = last - bracket;
            let trials = u64::from(factor).saturating_pow(halvings);
            let trials = trials.saturating_mul(u64::from(last) + 1);
            trials.div_ceil(u64::from(halvings) + 1)
        };
        Some(Self((0..=last).map(budget).collect()))
    }

    /// From the number of a trial to its bracket.
    fn brackets(&self, study: &str) -> impl Fn(i32) -> u32 {
        let mut name = crc32fast::Hasher::new();
        name.update(study.as_bytes());
        let total: u64 = self.0.iter().sum();
        move |number| {
            let mut hash = name.clone();
            hash.update(format!("_{number}").as_bytes());
            let mut place = u64::from(hash.finalize()) % total.max(1);
            let mut bracket = 0;
            for budget in &self.0 {
                match place.checked_sub(*budget) {
                    Some(rest) => place = rest,
                    None => break,
                }
                bracket += 1;
            }
            bracket
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The budgets, and the brackets of the first trials.
    pub(in crate::pruner) fn brackets(
        hyperband: &Hyperband,
        study: &str,
        trials: i32,
    ) -> (Vec<u64>, Vec<u32>) {
        let budgets = hyperband.budgets(None).expect("they are known");
        let bracket_of = budgets.brackets(study);
        (budgets.0.clone(), (0..trials).map(bracket_of).collect())
    }

    #[test]
    fn options_are_checked() {
        let hyperband = Hyperband::default;
        assert!(hyperband().min_resource(0).check().is_err());
        assert!(hyperband().reduction_factor(1).check().is_err());
        assert!(hyperband().bootstrap_count(1).check().is_err());
        assert!(hyperband().min_resource(3).max_resource(2).check().is_err());
        assert!(hyperband().min_resource(3).max_resource(3).check().is_ok());
        assert!(hyperband().check().is_ok());
    }

    #[test]
    fn the_number_of_brackets_is_the_one_in_floats() {
        let count = |max| Budgets::new(1, max, 3).unwrap().0.len();
        assert_eq!((count(242), count(243), count(244)), (5, 5, 6));
        assert_eq!(Budgets::new(5, 4, 3), None);
    }
}
