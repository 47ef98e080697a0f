//! At which reports a pruner decides.

use super::Curve;

/// From the step `warmup` on, once in every `interval` steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Schedule {
    pub(super) warmup: u32,
    pub(super) interval: u32,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            warmup: 0,
            interval: 1,
        }
    }
}

impl Schedule {
    pub(super) fn check(self) -> Result<(), String> {
        match self.interval {
            0 => Err("interval_steps is 0; help: 1 decides at every report".to_owned()),
            _ => Ok(()),
        }
    }

    /// Whether the last report is the first one in its interval.
    pub(super) fn is_due(self, curve: &Curve) -> bool {
        let Some((last, _)) = curve.last() else {
            return false;
        };
        let Some(since) = last.checked_sub(self.warmup) else {
            return false;
        };
        let begin = last - since % self.interval.max(1);
        let earlier = curve.steps().iter().rev().nth(1);
        earlier.is_none_or(|step| *step < begin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_report_of_each_interval_is_due() {
        let schedule = Schedule {
            warmup: 2,
            interval: 3,
        };
        let mut curve = Curve::default();
        let mut due = Vec::new();
        for step in [0, 1, 2, 3, 4, 6, 7, 8, 15, 16, 17] {
            curve.insert(step, 0.0);
            if schedule.is_due(&curve) {
                due.push(step);
            }
        }
        assert_eq!(due, [2, 6, 8, 15, 17]);
        assert!(!schedule.is_due(&Curve::default()));
    }
}
