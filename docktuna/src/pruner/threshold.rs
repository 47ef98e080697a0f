//! Pruning outside of bounds.

use super::schedule::Schedule;
use super::{Decision, Peers, Progress, Pruner, Reads};

/// Prunes a trial whose last report is NaN, below a lower bound or above an upper one, whatever the
/// study's direction is. It costs no query.
///
/// ```
/// use docktuna::pruner::Threshold;
/// let sane = Threshold::upper(10.0).n_warmup_steps(2);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    lower: f64,
    upper: f64,
    schedule: Schedule,
}

impl Threshold {
    /// Prunes below this value.
    #[must_use]
    pub fn lower(lower: f64) -> Self {
        Self::between(lower, f64::INFINITY)
    }

    /// Prunes above this value.
    #[must_use]
    pub fn upper(upper: f64) -> Self {
        Self::between(f64::NEG_INFINITY, upper)
    }

    /// Prunes below `lower` and above `upper`.
    #[must_use]
    pub fn between(lower: f64, upper: f64) -> Self {
        Self {
            lower,
            upper,
            schedule: Schedule::default(),
        }
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
}

impl Pruner for Threshold {
    fn name(&self) -> &'static str {
        "threshold"
    }

    fn check(&self) -> Result<(), String> {
        let (lower, upper) = (self.lower, self.upper);
        if lower.is_nan() || upper.is_nan() {
            return Err("a bound is NaN; help: give a number".to_owned());
        }
        if lower > upper {
            return Err(format!(
                "lower is {lower} and upper is {upper}; help: swap them"
            ));
        }
        self.schedule.check()
    }

    fn reads(&self) -> Reads {
        Reads::NOTHING
    }

    fn decide(&self, trial: &Progress<'_>, _: &Peers) -> Decision {
        let last = trial.curve.last();
        let last = last.filter(|_| self.schedule.is_due(trial.curve));
        // NaN lies in no range.
        last.is_some_and(|(_, value)| !(self.lower..=self.upper).contains(&value))
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked() {
        assert!(Threshold::between(1.0, 0.0).check().is_err());
        assert!(Threshold::lower(f64::NAN).check().is_err());
        assert!(Threshold::upper(1.0).interval_steps(0).check().is_err());
        assert!(Threshold::between(1.0, 1.0).check().is_ok());
    }
}
