//! Pruning of trials that are worse than a percentile.

use super::curve::best;
use super::schedule::Schedule;
use super::{Decision, Peers, Progress, Pruner, Reads};
use crate::space::Direction;

/// Prunes a trial whose best report so far is not among the best `percentile` percent of the complete
/// trials' reports at the same step.
///
/// At 50 it is the median rule of Golovin et al., "Google Vizier: A Service for Black-Box
/// Optimization", KDD 2017, section 3.2. Trials that were pruned themselves do not count.
///
/// ```
/// use docktuna::pruner::Percentile;
/// let best_quarter = Percentile::new(25.0).n_startup_trials(10).n_warmup_steps(3);
/// ```
#[derive(Debug, Clone)]
pub struct Percentile {
    percentile: f64,
    startup_trials: usize,
    schedule: Schedule,
    min_trials: usize,
}

impl Default for Percentile {
    /// The median.
    fn default() -> Self {
        Self::new(50.0)
    }
}

impl Percentile {
    /// Keeps the best `percentile` percent, a number of 0..=100.
    #[must_use]
    pub fn new(percentile: f64) -> Self {
        Self {
            percentile,
            startup_trials: 5,
            schedule: Schedule::default(),
            min_trials: 1,
        }
    }

    /// Prunes nothing before this number of trials is complete; 5 by default.
    #[must_use]
    pub fn n_startup_trials(mut self, trials: usize) -> Self {
        self.startup_trials = trials;
        self
    }

    /// Prunes nothing below this step; 0 by default.
    #[must_use]
    pub fn n_warmup_steps(mut self, steps: u32) -> Self {
        self.schedule.warmup = steps;
        self
    }

    /// Decides once in this number of steps, counted from the end of the warm-up; 1 by default.
    #[must_use]
    pub fn interval_steps(mut self, steps: u32) -> Self {
        self.schedule.interval = steps;
        self
    }

    /// Decides only at steps that at least this number of complete trials reported; 1 by default.
    #[must_use]
    pub fn n_min_trials(mut self, trials: usize) -> Self {
        self.min_trials = trials;
        self
    }
}

impl Pruner for Percentile {
    fn name(&self) -> &'static str {
        "percentile"
    }

    fn check(&self) -> Result<(), String> {
        if !(0.0..=100.0).contains(&self.percentile) {
            let found = self.percentile;
            return Err(format!(
                "percentile is {found}; help: give a number of 0..=100"
            ));
        }
        if self.min_trials == 0 {
            return Err("n_min_trials is 0; help: 1 or more".to_owned());
        }
        self.schedule.check()
    }

    fn reads(&self) -> Reads {
        Reads::CURVES
    }

    fn needs_peers(&self, trial: &Progress<'_>) -> bool {
        self.schedule.is_due(trial.curve)
    }

    fn decide(&self, trial: &Progress<'_>, peers: &Peers) -> Decision {
        let Some((step, _)) = trial.curve.last().filter(|_| self.needs_peers(trial)) else {
            return false.into();
        };
        if peers.completed().count() < self.startup_trials.max(1) {
            return false.into();
        }
        let mine = best(trial.curve.values(), trial.direction);
        if mine.is_nan() {
            return true.into();
        }
        let mut others: Vec<f64> = peers.values_at(step).collect();
        if others.len() < self.min_trials {
            return false.into();
        }
        let percentile = match trial.direction {
            Direction::Minimize => self.percentile,
            Direction::Maximize => 100.0 - self.percentile,
        };
        others.retain(|value| !value.is_nan());
        let limit = quantile(&mut others, percentile / 100.0);
        trial.direction.is_better(limit, mine).into()
    }
}

/// The quantile of some numbers, interpolated linearly between two of them; NaN of none.
///
/// As in numpy, the numbers on both sides of a position count even if it is a whole one: next to an
/// infinity there is no quantile but NaN, which no trial is worse than.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a position lies below the length"
)]
fn quantile(numbers: &mut [f64], quantile: f64) -> f64 {
    let Some(largest) = numbers.len().checked_sub(1) else {
        return f64::NAN;
    };
    let position = largest as f64 * quantile;
    let (index, share) = (position.floor() as usize, position.fract());
    let (_, low, above) = numbers.select_nth_unstable_by(index, f64::total_cmp);
    let low = *low;
    let high = match above {
        [] => low,
        above => best(above, Direction::Minimize),
    };
    // The nearer end is the exact one.
    if share < 0.5 {
        low + share * (high - low)
    } else {
        high - (1.0 - share) * (high - low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        let of = |numbers: &[f64], q| quantile(&mut numbers.to_vec(), q).to_string();
        assert_eq!(of(&[3.0, 1.0, 2.0], 0.5), "2");
        assert_eq!(of(&[4.0, 1.0, 2.0, 3.0], 0.5), "2.5");
        assert_eq!(of(&[1.0], 1.0), "1");
        assert_eq!(of(&[], 0.5), "NaN");
    }

    /// As numpy 2.4 has it.
    #[test]
    fn quantiles_next_to_infinities() {
        let of = |numbers: &[f64], q| quantile(&mut numbers.to_vec(), q).to_string();
        assert_eq!(of(&[1.0, f64::INFINITY], 0.25), "inf");
        assert_eq!(of(&[1.0, f64::INFINITY], 0.75), "NaN");
        assert_eq!(of(&[1.0, 2.0, f64::INFINITY], 0.5), "NaN");
        assert_eq!(of(&[1.0, 2.0, f64::INFINITY], 0.0), "1");
        assert_eq!(of(&[f64::NEG_INFINITY, 1.0, 2.0], 0.0), "NaN");
        assert_eq!(of(&[f64::NEG_INFINITY, 1.0, 2.0], 0.25), "-inf");
        assert_eq!(of(&[f64::NEG_INFINITY, 1.0, 2.0], 1.0), "2");
        assert_eq!(of(&[f64::INFINITY], 0.5), "NaN");
        assert_eq!(of(&[f64::INFINITY, f64::INFINITY], 0.5), "NaN");
    }

    #[test]
    fn options_are_checked() {
        for wrong in [-0.1, 100.1, f64::NAN] {
            assert!(Percentile::new(wrong).check().is_err());
        }
        assert!(Percentile::default().interval_steps(0).check().is_err());
        assert!(Percentile::default().n_min_trials(0).check().is_err());
        assert!(Percentile::new(0.0).check().is_ok());
    }
}
