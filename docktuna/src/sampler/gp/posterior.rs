//! What the model knows after the trials: mean and variance anywhere, and how much is to be gained there.

use std::f64::consts::PI;

use super::kernel::{Kernel, NEAR, Points};
use super::matrix::Lower;
use crate::sampler::lanes::dot;
use crate::sampler::normal::{ln_cdf, ln_sqrt_tau};

/// A Gaussian process that was conditioned on trials.
#[derive(Debug)]
pub(super) struct Posterior {
    points: Points,
    kernel: Kernel,
    /// The inverse of the triangle of the covariance.
    inverse: Lower,
    /// K⁻¹ times the targets.
    explained: Vec<f64>,
    /// The lowest mean at a point with a target.
    lowest: f64,
}

/// The least variance of a mean, so that its logarithm is safe.
const LEAST_VARIANCE: f64 = 1e-10;

impl Posterior {
    /// Conditions on points, of which the first have targets. The others run: they count as if they had ended with
    /// the mean there, so that the mean is what it was, and the variance is smaller (Ginsbourger, Le Riche and
    /// Carraro, "Kriging Is Well-Suited to Parallelize Optimization", 2010).
    ///
    /// `None` where the numbers do not allow it.
    pub(super) fn new(points: Points, targets: &[f64], kernel: Kernel) -> Option<Self> {
        let mut jitter = 0.0;
        let rows: Vec<Vec<f64>> = (0..points.len())
            .map(|place| {
                let point: Vec<f64> = points.point(place).collect();
                kernel.covariances(&points, &point)
            })
            .collect();
        let factor = loop {
            let diagonal = kernel.signal + kernel.noise + jitter;
            let covariance = Lower::of(points.len(), |row, column| match row == column {
                true => diagonal,
                false => rows[row][column],
            });
            if let Some(factor) = covariance.cholesky() {
                break factor;
            }
            jitter = if jitter == 0.0 {
                1e-8 * kernel.signal
            } else {
                10.0 * jitter
            };
            if jitter > kernel.signal || jitter.is_nan() {
                return None;
            }
        };
        let inverse = factor.inverse();
        let explained = inverse.transposed_times(&inverse.times(targets));
        let noise = kernel.noise + jitter;
        let means = targets
            .iter()
            .zip(&explained)
            .map(|(target, own)| target - noise * own);
        let lowest = means.fold(f64::INFINITY, f64::min);
        let posterior = Self {
            points,
            kernel,
            inverse,
            explained,
            lowest,
        };
        posterior
            .explained
            .iter()
            .all(|x| x.is_finite())
            .then_some(posterior)
    }

    /// Whether a point is one that was tried, or so near one that runs that it would tell the same.
    pub(super) fn is_taken(&self, point: &[f64]) -> bool {
        const SAME: f64 = 1e-9;
        let tried = self.explained.len();
        self.points.has_near(point, 0..tried, SAME)
            || self.points.has_near(point, tried..self.points.len(), NEAR)
    }

    fn mean(&self, covariances: &[f64]) -> f64 {
        dot(&covariances[..self.explained.len()], &self.explained)
    }

    fn variance(&self, explained: f64) -> f64 {
        (self.kernel.signal - explained).max(LEAST_VARIANCE)
    }

    /// ln of the expected improvement at each of some points.
    pub(super) fn gains(&self, candidates: &[Vec<f64>]) -> Vec<f64> {
        let mut gains = Vec::with_capacity(candidates.len());
        for four in candidates.chunks(4) {
            let covariances: Vec<Vec<f64>> = four
                .iter()
                .map(|point| self.kernel.covariances(&self.points, point))
                .collect();
            // The last one stands in for those that are missing.
            let vectors = std::array::from_fn(|place| &*covariances[place.min(four.len() - 1)]);
            let squares = self.inverse.squared_lengths(vectors);
            for (covariances, square) in covariances.iter().zip(squares) {
                gains.push(
                    ln_improvement(self.lowest, self.mean(covariances), self.variance(square)).0,
                );
            }
        }
        gains
    }

    /// ln of the expected improvement at a point, and its gradient; the gradient is 0 on axes without an order.
    pub(super) fn gain(&self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let (covariances, slopes) = self.kernel.covariances_and_slopes(&self.points, point);
        let whitened = self.inverse.times(&covariances);
        let variance = self.variance(dot(&whitened, &whitened));
        let weights = self.inverse.transposed_times(&whitened);
        let (gain, by_mean, by_deviation) =
            ln_improvement(self.lowest, self.mean(&covariances), variance);
        // Where the least variance holds, it does not change.
        let by_variance = if variance > LEAST_VARIANCE {
            by_deviation / (2.0 * variance.sqrt())
        } else {
            0.0
        };
        let factor = |place: usize| {
            let explained = self.explained.get(place).copied().unwrap_or(0.0);
            slopes[place] * (by_mean * explained - 2.0 * by_variance * weights[place])
        };
        let factors: Vec<f64> = (0..slopes.len()).map(factor).collect();
        gradient.copy_from_slice(&self.points.slopes(point, &self.kernel, &factors));
        gain
    }

    /// The mean and the variance at a point.
    #[cfg(test)]
    pub(super) fn at(&self, point: &[f64]) -> (f64, f64) {
        let covariances = self.kernel.covariances(&self.points, point);
        let whitened = self.inverse.times(&covariances);
        (
            self.mean(&covariances),
            self.kernel.signal - dot(&whitened, &whitened),
        )
    }

    #[cfg(test)]
    pub(super) fn lowest(&self) -> f64 {
        self.lowest
    }
}

/// ln of the expected improvement below `lowest`, and its slopes by the mean and by the standard deviation. It stays
/// precise where the improvement itself would be 0 (Ament et al., "Unexpected Improvements to Expected Improvement
/// for Bayesian Optimization", NeurIPS 2023).
pub(super) fn ln_improvement(lowest: f64, mean: f64, variance: f64) -> (f64, f64, f64) {
    let deviation = variance.sqrt();
    let z = (lowest - mean) / deviation;
    let ln_density = -0.5 * z * z - ln_sqrt_tau();
    let ln_h = ln_h(z, ln_density);
    let by_mean = -(ln_cdf(z) - ln_h).exp() / deviation;
    let by_deviation = (ln_density - ln_h).exp() / deviation;
    (ln_h + deviation.ln(), by_mean, by_deviation)
}

/// ln(φ(z) + zΦ(z)).
fn ln_h(z: f64, ln_density: f64) -> f64 {
    if z > -1.0 {
        let above = z * ln_cdf(z).exp();
        ((-0.5 * z * z).exp() / (2.0 * PI).sqrt() + above).ln()
    } else if z > -20.0 {
        let ratio = (ln_cdf(z) - ln_density).exp();
        ln_density + (z * ratio).ln_1p()
    } else {
        let y = 1.0 / (z * z);
        let factors = [17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0];
        let series = factors
            .iter()
            .fold(1.0, |rest, factor| 1.0 - factor * y * rest);
        ln_density + y.ln() + series.ln()
    }
}
