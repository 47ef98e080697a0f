//! The reports of a trial.

use crate::space::Direction;

/// The values that one trial reported, in the order of their steps. A report takes 12 bytes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    steps: Vec<u32>,
    values: Vec<f64>,
}

impl Curve {
    /// The number of reports.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing was reported.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The largest step with its value.
    #[must_use]
    pub fn last(&self) -> Option<(u32, f64)> {
        Some((*self.steps.last()?, *self.values.last()?))
    }

    /// The value at exactly this step.
    #[must_use]
    pub fn at(&self, step: u32) -> Option<f64> {
        // Most trials report every step from 0 or 1 on.
        let near = step as usize;
        for guess in [near, near.wrapping_sub(1)] {
            if self.steps.get(guess) == Some(&step) {
                return Some(self.values[guess]);
            }
        }
        let at = self.steps.binary_search(&step).ok()?;
        Some(self.values[at])
    }

    /// The steps, ascending.
    #[must_use]
    pub fn steps(&self) -> &[u32] {
        &self.steps
    }

    /// The values, in the order of their steps.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The steps with their values.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f64)> {
        self.steps.iter().copied().zip(self.values.iter().copied())
    }

    /// Adds a report; the first one of a step stays.
    pub(crate) fn insert(&mut self, step: u32, value: f64) {
        if let Err(at) = self.steps.binary_search(&step) {
            self.steps.insert(at, step);
            self.values.insert(at, value);
        }
    }
}

impl FromIterator<(u32, f64)> for Curve {
    fn from_iter<I: IntoIterator<Item = (u32, f64)>>(reports: I) -> Self {
        let mut curve = Self::default();
        for (step, value) in reports {
            curve.insert(step, value);
        }
        curve.steps.shrink_to_fit();
        curve.values.shrink_to_fit();
        curve
    }
}

/// The best of some values. NaN is ignored, unless there is nothing else.
pub(super) fn best(values: &[f64], direction: Direction) -> f64 {
    // `min` and `max` prefer a number to NaN.
    let better = match direction {
        Direction::Minimize => f64::min,
        Direction::Maximize => f64::max,
    };
    values.iter().copied().fold(f64::NAN, better)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_sorted_and_the_first_of_a_step_stays() {
        let curve: Curve = [(5, 0.5), (1, 0.1), (5, 9.0), (3, 0.3)]
            .into_iter()
            .collect();
        assert_eq!(curve.steps(), [1, 3, 5]);
        assert_eq!(curve.last(), Some((5, 0.5)));
        let found: Vec<_> = (0..7).map(|step| curve.at(step)).collect();
        let expected = [None, Some(0.1), None, Some(0.3), None, Some(0.5), None];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_best_leaves_nan_aside() {
        let values = [f64::NAN, 2.0, 1.0, f64::INFINITY];
        assert_eq!(
            best(&values, Direction::Minimize).to_bits(),
            1.0_f64.to_bits()
        );
        assert!(best(&values, Direction::Maximize).is_infinite());
        assert!(best(&values[..1], Direction::Minimize).is_nan());
        assert!(best(&[], Direction::Minimize).is_nan());
    }
}
