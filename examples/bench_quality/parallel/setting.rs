//! How trials run: one after the other or many at a time, with noise, or pruned.

use rand::rngs::ChaCha12Rng;
use rand::{RngExt, SeedableRng};

use crate::problem::noise;

/// Steps of a trial that may be pruned.
pub(super) const STEPS: u32 = 27;

/// One way to run the trials of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    Sequential,
    /// So many trials run all the time.
    Workers(usize),
    /// So many percent of the spread of random losses are the standard deviation of what is told.
    Noise(u32),
    Pruned(Pruner),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pruner {
    Median,
    Hyperband,
}

/// All settings by name.
pub(super) const ALL: &[(&str, Setting)] = &[
    ("sequential", Setting::Sequential),
    ("8-workers", Setting::Workers(8)),
    ("32-workers", Setting::Workers(32)),
    ("noise-20", Setting::Noise(20)),
    ("noise-100", Setting::Noise(100)),
    ("median", Setting::Pruned(Pruner::Median)),
    ("hyperband", Setting::Pruned(Pruner::Hyperband)),
];

impl Setting {
    /// How many trials run at a time.
    pub(super) fn workers(self) -> usize {
        match self {
            Self::Workers(workers) => workers,
            _ => 1,
        }
    }

    pub(super) fn pruner(self) -> Option<Pruner> {
        match self {
            Self::Pruned(pruner) => Some(pruner),
            _ => None,
        }
    }

    /// What is told instead of `loss`; the same for the same trial of both sides.
    pub(super) fn told(self, loss: f64, spread: f64, seed: u64, trial: usize) -> f64 {
        let Self::Noise(percent) = self else {
            return loss;
        };
        let mut rng = ChaCha12Rng::seed_from_u64(seed ^ ((trial as u64) << 32));
        loss + f64::from(percent) / 100.0 * spread * normal(&mut rng)
    }
}

/// Box and Muller's.
fn normal(rng: &mut ChaCha12Rng) -> f64 {
    let (radius, angle): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// What a configuration of `loss` has reached after a step: curves fall at different speeds and wave a
/// little, so that they cross, and the last step has the loss.
pub(super) fn curve(loss: f64, spread: f64, step: u32) -> f64 {
    if step == STEPS {
        return loss;
    }
    let key = loss.to_bits();
    let speed = 0.5 + noise(&[21, key]);
    let left = |step: u32| f64::from(step).powf(-speed);
    let wave = 0.1 * (noise(&[22, key, u64::from(step)]) - 0.5);
    loss + spread * (left(step) - left(STEPS) + wave)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp, reason = "it is the same number")]
    fn curves_fall_cross_and_end_at_the_loss() {
        let mut crossed = 0;
        for i in 0..100 {
            let (one, other) = (f64::from(i) / 100.0, f64::from(i) / 100.0 + 0.1);
            assert_eq!(curve(one, 1.0, STEPS), one);
            assert!(curve(one, 1.0, 1) > curve(one, 1.0, STEPS - 1));
            crossed += u32::from(curve(one, 1.0, 3) > curve(other, 1.0, 3));
        }
        assert!((10..60).contains(&crossed), "{crossed} of 100 cross");
    }

    #[test]
    fn noise_has_the_spread_that_is_asked_for() {
        let told = |trial| Setting::Noise(50).told(1.0, 2.0, 7, trial);
        let all: Vec<f64> = (0..4000).map(told).collect();
        let mean = all.iter().sum::<f64>() / 4000.0;
        let variance = all.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 4000.0;
        assert!((mean - 1.0).abs() < 0.06, "{mean}");
        assert!((variance - 1.0).abs() < 0.1, "{variance}");
    }
}
