//! How well a kernel explains the trials, and the kernel that does so best.

use super::descent::minimum;
use super::kernel::{Kernel, Points, matern, matern_slope};
use super::matrix::Lower;
use crate::sampler::lanes::{add_scaled, dot};

/// What is added to the noise, so that equal points stay tractable.
pub(super) const LEAST_NOISE: f64 = 1e-6;

/// The logarithms of a kernel's parameters: a weight for each axis, the signal's variance, and the noise's.
pub(super) type Logarithms = Vec<f64>;

/// The trials that a kernel has to explain.
pub(super) struct Evidence {
    count: usize,
    /// For each axis the squared distances of all pairs, row by row below the diagonal.
    squares: Vec<Vec<f64>>,
    targets: Vec<f64>,
}

impl Evidence {
    /// Of the first points, one for each target.
    pub(super) fn new(points: &Points, targets: &[f64]) -> Self {
        let count = targets.len();
        let pairs = count * count.saturating_sub(1) / 2;
        let squares = (0..points.axes()).map(|axis| {
            let mut squares = Vec::with_capacity(pairs);
            for row in 0..count {
                let coordinate = points.point(row).nth(axis).unwrap_or_default();
                squares.extend(points.squares(axis, coordinate, row));
            }
            squares
        });
        Self {
            count,
            squares: squares.collect(),
            targets: targets.to_vec(),
        }
    }

    /// Where the search for a kernel starts if nothing is known.
    #[allow(clippy::cast_precision_loss, reason = "there are few axes")]
    pub(super) fn first_guess(&self) -> Logarithms {
        let axes = self.squares.len();
        let mut guess = vec![(4.0 / axes.max(1) as f64 + 0.5).ln(); axes];
        guess.extend([0.0, 1e-3_f64.ln()]);
        guess
    }

    /// The most probable kernel that is found from a start, with at most so many evaluations, and its
    /// [improbability](Self::improbability).
    pub(super) fn most_probable(
        &self,
        start: &Logarithms,
        evaluations: usize,
    ) -> (Logarithms, f64) {
        let mut sides = vec![(-9.0, 7.0); self.squares.len()];
        sides.extend([(-4.0, 4.0), (-14.0, 1.0)]);
        let function = |x: &[f64], gradient: &mut [f64]| self.improbability(x, gradient);
        let lowest = minimum(function, start, &sides, evaluations);
        (lowest.point, lowest.value)
    }

    /// −ln of the likelihood of the targets (Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006,
    /// equations 5.8 and 5.9) and of the prior, and its gradient. Infinite where the numbers do not allow it.
    pub(super) fn improbability(&self, logarithms: &[f64], gradient: &mut [f64]) -> f64 {
        let kernel = Kernel::from_logarithms(logarithms);
        let axes = self.squares.len();
        let mut distances = vec![0.0; self.count * self.count.saturating_sub(1) / 2];
        for (squares, weight) in self.squares.iter().zip(&kernel.weights) {
            add_scaled(&mut distances, *weight, squares);
        }
        let pair = |row: usize, column: usize| row * row.saturating_sub(1) / 2 + column;
        let alike: Vec<f64> = distances.iter().map(|square| matern(*square)).collect();
        let covariance = Lower::of(self.count, |row, column| match row == column {
            true => kernel.signal + kernel.noise,
            false => kernel.signal * alike[pair(row, column)],
        });
        let Some(factor) = covariance.cholesky() else {
            gradient.fill(0.0);
            return f64::INFINITY;
        };
        let inverse = factor.inverse();
        let whitened = inverse.times(&self.targets);
        let explained = inverse.transposed_times(&whitened);
        let mut value = 0.5 * dot(&whitened, &whitened) + factor.ln_diagonal();

        // What the value changes by with each covariance: twice for each pair.
        let precision = inverse.gram();
        let mut of_pairs = Vec::with_capacity(alike.len());
        let mut trace = 0.0;
        for row in 0..self.count {
            let cells = precision.row(row);
            for column in 0..row {
                of_pairs.push(cells[column] - explained[row] * explained[column]);
            }
            trace += 0.5 * (cells[row] - explained[row] * explained[row]);
        }
        gradient[axes] = kernel.signal * (trace + dot(&of_pairs, &alike));
        // The least noise is no parameter.
        gradient[axes + 1] = (kernel.noise - LEAST_NOISE) * trace;
        for (of_pair, square) in of_pairs.iter_mut().zip(&distances) {
            *of_pair *= kernel.signal * matern_slope(*square);
        }
        for ((slope, squares), weight) in
            gradient.iter_mut().zip(&self.squares).zip(&kernel.weights)
        {
            *slope = weight * dot(&of_pairs, squares);
        }
        value += prior(logarithms, gradient);
        value
    }
}

impl Kernel {
    pub(super) fn from_logarithms(logarithms: &[f64]) -> Self {
        let (weights, rest) = logarithms.split_at(logarithms.len().saturating_sub(2));
        let variance = |place: usize| rest.get(place).map_or(1.0, |ln: &f64| ln.exp());
        Self {
            weights: weights.iter().map(|ln| ln.exp()).collect(),
            signal: variance(0),
            noise: variance(1) + LEAST_NOISE,
        }
    }
}

/// −ln of the density of the prior, without its constant; adds its gradient.
///
/// The length scales grow with the root of the number of axes (Hvarfner, Hellsten and Nardi, "Vanilla Bayesian
/// Optimization Performs Great in High Dimensions", ICML 2024). The signal's variance has a gamma distribution with
/// shape 2 and rate 1, the noise's a log-normal one around 1e-4.
#[allow(clippy::cast_precision_loss, reason = "there are few axes")]
fn prior(logarithms: &[f64], gradient: &mut [f64]) -> f64 {
    const DEVIATION: f64 = 2.0;
    const NOISE_DEVIATION: f64 = 2.5;
    let axes = logarithms.len().saturating_sub(2);
    let center = -(axes.max(1) as f64).ln();
    let mut value = 0.0;
    for (ln, slope) in logarithms[..axes].iter().zip(&mut *gradient) {
        let z = (ln - center) / DEVIATION;
        value += 0.5 * z * z;
        *slope += z / DEVIATION;
    }
    let (signal, noise) = (logarithms[axes], logarithms[axes + 1]);
    value += signal.exp() - signal;
    gradient[axes] += signal.exp() - 1.0;
    let z = (noise - 1e-4_f64.ln()) / NOISE_DEVIATION;
    gradient[axes + 1] += z / NOISE_DEVIATION;
    value + 0.5 * z * z
}
