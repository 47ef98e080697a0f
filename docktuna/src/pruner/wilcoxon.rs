//! Pruning by a paired test against the best trial.

use super::signed_rank::p_value;
use super::{Decision, Peer, Peers, Progress, Pruner, Reads};

/// Prunes a trial once a signed-rank test says that it is worse than the best trial on the problem
/// instances that both have solved. It is for trials whose result is a mean over problem instances.
///
/// A step is the number of an instance. Instances may be reported in any order: shuffle them, so that not
/// every trial is judged by the same first instances. The trial's result should be the mean of its
/// reports.
///
/// The test is Wilcoxon's, "Individual Comparisons by Ranking Methods", Biometrics Bulletin 1, 1945.
///
/// ```
/// use docktuna::pruner::Wilcoxon;
/// let cautious = Wilcoxon::default().p_threshold(0.05).n_startup_steps(5);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Wilcoxon {
    p_threshold: f64,
    startup_steps: usize,
}

impl Default for Wilcoxon {
    fn default() -> Self {
        Self {
            p_threshold: 0.1,
            startup_steps: 2,
        }
    }
}

impl Wilcoxon {
    /// Prunes if the p-value of the test is below `p`, a number of 0..=1; 0.1 by default.
    #[must_use]
    pub fn p_threshold(mut self, p: f64) -> Self {
        self.p_threshold = p;
        self
    }

    /// Prunes nothing before both trials have this number of instances in common; 2 by default, which is
    /// also the smallest number.
    #[must_use]
    pub fn n_startup_steps(mut self, steps: usize) -> Self {
        self.startup_steps = steps;
        self
    }
}

impl Pruner for Wilcoxon {
    fn name(&self) -> &'static str {
        "wilcoxon"
    }

    fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.p_threshold) {
            let found = self.p_threshold;
            return Err(format!(
                "p_threshold is {found}; help: give a number of 0..=1"
            ));
        }
        Ok(())
    }

    fn reads(&self) -> Reads {
        Reads::CURVES | Reads::RESULTS
    }

    fn needs_peers(&self, trial: &Progress<'_>) -> bool {
        let values = trial.curve.values();
        values.len() >= self.startup_steps.max(2) && values.iter().all(|value| value.is_finite())
    }

    fn decide(&self, trial: &Progress<'_>, peers: &Peers) -> Decision {
        let best = best_trial(trial, peers).filter(|_| self.needs_peers(trial));
        let Some(best) = best.map(Peer::curve) else {
            return false.into();
        };
        if best.is_empty() || best.values().iter().any(|value| !value.is_finite()) {
            return false.into();
        }
        let common = trial.curve.iter();
        let differences: Vec<f64> = common
            .filter_map(|(step, value)| Some(value - best.at(step)?))
            .collect();
        if differences.len() < self.startup_steps.max(2) {
            return false.into();
        }
        let (mine, its) = (mean(trial.curve.values()), mean(best.values()));
        let worse = trial.direction.is_better(its, mine);
        (worse && p_value(&differences, trial.direction) < self.p_threshold).into()
    }
}

/// The best completed and feasible trial; the earliest of equal ones.
fn best_trial<'p>(trial: &Progress<'_>, peers: &'p Peers) -> Option<&'p Peer> {
    let results = peers.completed().filter(|peer| peer.feasible);
    let results = results.filter_map(|peer| Some((peer.value?, peer)));
    let better = |best: (f64, &'p Peer), other: (f64, &'p Peer)| {
        let equal_and_earlier =
            !trial.direction.is_better(best.0, other.0) && other.1.number < best.1.number;
        if trial.direction.is_better(other.0, best.0) || equal_and_earlier {
            other
        } else {
            best
        }
    };
    results.reduce(better).map(|(_, peer)| peer)
}

#[allow(clippy::cast_precision_loss, reason = "counts lie below 2^53")]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked() {
        for wrong in [-0.1, 1.1, f64::NAN] {
            assert!(Wilcoxon::default().p_threshold(wrong).check().is_err());
        }
        assert!(Wilcoxon::default().n_startup_steps(0).check().is_ok());
    }
}
