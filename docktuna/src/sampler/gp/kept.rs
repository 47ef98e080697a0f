//! What the sampler keeps beside a history.

use std::time::Duration;

use super::fit::Fits;
use super::kernel::{NEAR, are_near};
use crate::sampler::axis::Axis;

/// The kernels that were found for a space, and how long suggestions took.
#[derive(Debug, Default)]
pub(super) struct Kept {
    recipe: Vec<(String, Axis)>,
    fits: Fits,
    /// The trials of the last suggestions, and how long each took.
    spent: [Option<(usize, Duration)>; 3],
    /// What was suggested since as many trials had ended as now.
    suggested: Vec<Vec<f64>>,
    ended: usize,
}

impl Kept {
    /// What is known for a space. Whatever is known of another one is forgotten.
    pub(super) fn fits(&mut self, recipe: &[(String, Axis)]) -> Fits {
        if self.recipe != recipe {
            *self = Self {
                recipe: recipe.to_vec(),
                ..Self::default()
            };
        }
        self.fits.clone()
    }

    pub(super) fn keep(&mut self, fits: Fits) {
        self.fits = fits;
    }

    /// Whether a point was not suggested since so many trials had ended; now it is.
    pub(super) fn reserve(&mut self, ended: usize, point: Vec<f64>) -> bool {
        if self.ended != ended {
            self.ended = ended;
            self.suggested.clear();
        }
        let near = |other: &Vec<f64>| are_near(other.iter().copied(), &point, NEAR);
        let is_new = !self.suggested.iter().any(near);
        if is_new {
            self.suggested.push(point);
        }
        is_new
    }

    pub(super) fn took(&mut self, trials: usize, time: Duration) {
        self.spent.rotate_right(1);
        self.spent[0] = Some((trials, time));
    }

    /// What a suggestion with so many trials takes: the best of the last ones, because one may have had to wait for a
    /// processor. Nothing is known at first.
    #[allow(clippy::cast_precision_loss, reason = "there are few trials")]
    pub(super) fn expected(&self, trials: usize) -> Duration {
        let scaled = self.spent.iter().flatten().map(|(then, time)| {
            let growth = trials as f64 / (*then).max(1) as f64;
            time.mul_f64(growth.powi(2).clamp(0.01, 100.0))
        });
        scaled.min().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_suggested_twice_before_another_trial_ends() {
        let mut kept = Kept::default();
        let mut first = |ended| {
            let mut points = [vec![0.5, 1.0], vec![0.5004, 1.0], vec![0.7, 1.0]].into_iter();
            points.position(|point| kept.reserve(ended, point))
        };
        assert_eq!(first(10), Some(0));
        assert_eq!(first(10), Some(2));
        assert_eq!(first(10), None);
        assert_eq!(first(11), Some(0));
    }

    #[test]
    fn the_time_that_is_expected_grows_with_the_trials() {
        let mut kept = Kept::default();
        assert_eq!(kept.expected(100), Duration::ZERO);
        kept.took(100, Duration::from_millis(4));
        kept.took(100, Duration::from_millis(900));
        assert_eq!(kept.expected(100), Duration::from_millis(4));
        assert_eq!(kept.expected(200), Duration::from_millis(16));
    }
}
