//! Where the time goes: the logarithm of a mixture of thousands of kernels at a few points.
//!
//! Most kernels are so far from a point that they do not count. Kernels are therefore in blocks of
//! neighbours, and where a block is so far that none of them can count, it is not looked at. What is
//! looked at is contiguous, so that the compiler vectorizes it; the order of all sums is fixed, so that
//! every processor gives the same bits.

use std::ops::Range;

use super::choice::Choice;
use super::grid::Masses;
use super::kernels::{Kernels, Shape};
use super::lanes::{BLOCK, LANES, exp, larger, largest};
use super::parzen::{Factor, Parzen};
use super::weights::Weights;

/// Parameters between two looks at whether a block still counts.
const STRIDE: usize = 2;
/// Blocks that are told together to be too far away.
const GROUP: usize = LANES;
/// Terms so far below the largest that they cannot change the sum, not even a million of them.
const NEGLIGIBLE: f64 = -60.0;

impl Parzen {
    /// The logarithms of the density at points, given as one column of values for each axis.
    pub(super) fn ln_density(&self, points: &[Vec<f64>]) -> Vec<f64> {
        let mixture = Mixture::new(self, points);
        let points = 0..mixture.count;
        points.map(|point| mixture.ln_density(point)).collect()
    }
}

/// A mixture with what is known of its factors at some points.
pub(super) struct Mixture<'a> {
    parzen: &'a Parzen,
    /// The constant of the prior.
    prior: f64,
    /// The logarithm of all weight.
    total: f64,
    /// The number of points.
    count: usize,
    /// The parameters of real numbers, with the points on the scale of the model.
    columns: Vec<(&'a Kernels, Vec<f64>)>,
    grids: Vec<Masses<'a>>,
    /// The choices, with the logarithms of the probabilities.
    choices: Vec<(&'a Choice, Vec<f64>)>,
}

impl<'a> Mixture<'a> {
    /// At points that are given as one column of values for each axis.
    pub(super) fn new(parzen: &'a Parzen, points: &[Vec<f64>]) -> Self {
        let mut mixture = Self {
            parzen,
            prior: parzen.prior(),
            total: parzen.weights.total().ln(),
            count: points.first().map_or(0, Vec::len),
            columns: Vec::new(),
            grids: Vec::new(),
            choices: Vec::new(),
        };
        for (factor, points) in parzen.factors.iter().zip(points) {
            match factor {
                Factor::Smooth(kernels) => {
                    let points = points.iter().map(|x| kernels.interval.scaled(*x));
                    mixture.columns.push((kernels, points.collect()));
                }
                Factor::Stepped(kernels) => mixture.grids.push(Masses::new(kernels, points)),
                Factor::Choice(choice) => mixture.choices.push((choice, choice.table(points))),
            }
        }
        mixture
    }

    /// The logarithm of the prior's share of the density at a point, below which the density is nowhere.
    pub(super) fn ln_least(&self, point: usize) -> f64 {
        self.prior(point) - self.total
    }

    /// The logarithm of the density at a point.
    pub(super) fn ln_density(&self, point: usize) -> f64 {
        self.ln_sum(point) - self.total
    }

    /// ln Σ weight · exp(constant + Σ ln factor).
    fn ln_sum(&self, point: usize) -> f64 {
        let Parzen { weights, ages, .. } = self.parzen;
        let mut sum = Sum::of(self.prior(point));
        let mut bounds = self.bounds(point, sum.floor());
        // Where the nearest come first, the others are soon told not to count.
        let first = place_of_largest(&bounds);
        for block in first.into_iter().chain(0..bounds.len()) {
            if bounds[block] <= sum.floor() {
                continue;
            }
            bounds[block] = f64::NEG_INFINITY;
            let kernels = block * BLOCK..ages.len().min((block + 1) * BLOCK);
            if let Some(exponents) = self.exponents(point, kernels.clone(), sum.floor()) {
                sum.add(&exponents, weights, &ages[kernels]);
            }
        }
        sum.ln()
    }

    /// The exponent of the prior.
    fn prior(&self, point: usize) -> f64 {
        let prior = self.parzen.ages.len();
        let squares = self.columns.iter().map(|(kernels, points)| {
            let Shape { mean, scale } = kernels.shape(prior);
            let z = (points[point] - mean) * scale;
            z * z
        });
        let mut exponent = [self.prior - squares.sum::<f64>()];
        self.look_up(point, prior, f64::NEG_INFINITY, &mut exponent);
        exponent[0]
    }

    /// Adds what grids and choices have for the kernels from `start` on, where it still counts.
    fn look_up(&self, point: usize, start: usize, floor: f64, exponents: &mut [f64]) {
        for masses in &self.grids {
            masses.add(point, start, floor, exponents);
        }
        for (choice, table) in &self.choices {
            for (kernel, exponent) in (start..).zip(&mut *exponents) {
                *exponent += table[choice.observed(kernel) * self.count + point];
            }
        }
    }

    /// For each block what none of its exponents is above; not the least such number where no block of a group gets
    /// above the floor.
    fn bounds(&self, point: usize, floor: f64) -> Vec<f64> {
        let mut bounds = self.parzen.peaks.clone();
        for (group, bounds) in bounds.chunks_mut(GROUP).enumerate() {
            for few in self.columns.chunks(STRIDE) {
                for (kernels, points) in few {
                    let x = points[point];
                    for (bound, span) in bounds.iter_mut().zip(kernels.spans.from(group * GROUP)) {
                        let distance =
                            larger(larger(span.low - x, x - span.high), 0.0) * span.scale;
                        *bound -= distance * distance;
                    }
                }
                if !any_above(bounds, floor) {
                    break;
                }
            }
        }
        for masses in &self.grids {
            masses.lower(point, &mut bounds);
        }
        bounds
    }

    /// The exponents of a block; `None` if none is above the floor, even before all is subtracted.
    fn exponents(&self, point: usize, kernels: Range<usize>, floor: f64) -> Option<[f64; BLOCK]> {
        let mut exponents = [f64::NEG_INFINITY; BLOCK];
        let counting = &mut exponents[..kernels.len()];
        counting.copy_from_slice(&self.parzen.constants[kernels.clone()]);
        for few in self.columns.chunks(STRIDE) {
            for (all, points) in few {
                let x = points[point];
                let means = &all.means[kernels.clone()];
                let shapes = means.iter().zip(&all.scales[kernels.clone()]);
                for (exponent, (mean, scale)) in counting.iter_mut().zip(shapes) {
                    let z = (x - mean) * scale;
                    *exponent -= z * z;
                }
            }
            if !any_above(counting, floor) {
                return None;
            }
        }
        self.look_up(point, kernels.start, floor, counting);
        any_above(counting, floor).then_some(exponents)
    }
}

/// Whether any is above a floor; without a branch for each.
#[inline]
fn any_above(exponents: &[f64], floor: f64) -> bool {
    let mut any = false;
    for exponent in exponents {
        any |= *exponent > floor;
    }
    any
}

/// A sum of exponentials, relative to the largest of them.
struct Sum {
    largest: f64,
    sum: [f64; LANES],
}

impl Sum {
    /// The sum of one.
    fn of(exponent: f64) -> Self {
        let mut sum = [0.0; LANES];
        sum[0] = 1.0;
        Self {
            largest: exponent,
            sum,
        }
    }

    /// What does not count any more.
    fn floor(&self) -> f64 {
        self.largest + NEGLIGIBLE
    }

    /// Adds the exponentials of a block.
    fn add(&mut self, exponents: &[f64; BLOCK], weights: &Weights, ages: &[u32]) {
        let largest = largest(exponents);
        if largest > self.largest {
            let shrink = (self.largest - largest).exp();
            self.sum.iter_mut().for_each(|sum| *sum *= shrink);
            self.largest = largest;
        }
        let floor = self.floor();
        let lanes = exponents.as_chunks::<LANES>().0.iter();
        for (lanes, ages) in lanes.zip(ages.chunks(LANES)) {
            if !any_above(lanes, floor) {
                continue;
            }
            let mut terms = [0.0; LANES];
            for (term, exponent) in terms.iter_mut().zip(lanes) {
                *term = exp(larger(exponent - self.largest, -700.0));
            }
            for ((sum, term), age) in self.sum.iter_mut().zip(terms).zip(ages) {
                *sum += weights.of(*age as usize) * term;
            }
        }
    }

    fn ln(&self) -> f64 {
        self.largest + self.sum.iter().sum::<f64>().ln()
    }
}

fn place_of_largest(numbers: &[f64]) -> Option<usize> {
    let places = 0..numbers.len();
    places.reduce(|best, place| {
        if numbers[place] > numbers[best] {
            place
        } else {
            best
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::axis::Axis;
    use super::*;
    use crate::space::distribution::Distribution;
    use crate::space::{FloatDomain, IntDomain, Value};

    /// Thousands of narrow kernels, of which few count anywhere, with nothing left out.
    #[test]
    fn what_is_left_out_does_not_count() {
        let unit_interval = Distribution::Float(FloatDomain::new(0.0, 1.0));
        check(
            &[Axis::new(&unit_interval, false).unwrap(); 5],
            |_, unit| unit,
        );
    }

    /// The same with grids and a choice. Some numbers are from a time when the range was wider.
    #[test]
    fn what_is_left_out_of_grids_does_not_count() {
        let distributions = [
            Distribution::Int(IntDomain::new(1, 1000)),
            Distribution::Float(FloatDomain::new(1e-6, 1e-1).log()),
            Distribution::Int(IntDomain::new(1, 4096).log()),
            Distribution::Categorical(
                vec![Value::Bool(true), Value::Bool(false), Value::None].into(),
            ),
        ];
        let axes = distributions.map(|distribution| Axis::new(&distribution, false).unwrap());
        check(&axes, |axis, unit| match axis {
            Axis::Choice(choices) => (unit * *choices as f64).floor(),
            Axis::Number(interval) => {
                let x = interval.start + unit * interval.width();
                interval.scaled(interval.value(x))
                    + if unit > 0.99 {
                        0.1 * interval.width()
                    } else {
                        0.0
                    }
            }
        });
    }

    fn check(axes: &[Axis], value: impl Fn(&Axis, f64) -> f64) {
        let kernels = 2_000_u32;
        let unit = |i: u32, k: u32| {
            f64::from(i.wrapping_mul(2_654_435_761).wrapping_add(k * 97) % 9973) / 9973.0
        };
        let column = |(axis, k)| (0..kernels).map(|i| value(axis, unit(i, k))).collect();
        let observations: Vec<Vec<f64>> = axes.iter().zip(0..).map(column).collect();
        let weights = Weights::by_age(kernels as usize);
        let parzen = Parzen::new(axes, &observations, weights, 0);
        let point = |(axis, k): (&Axis, u32)| {
            let points = (0..7).map(|i| match axis {
                Axis::Number(interval) => {
                    interval.value(interval.start + unit(i + 5000, k + 3) * interval.width())
                }
                Axis::Choice(_) => value(axis, unit(i + 5000, k)),
            });
            points.collect()
        };
        let points: Vec<Vec<f64>> = axes.iter().zip(0..).map(point).collect();
        let found = parzen.ln_density(&points);
        for (place, found) in found.iter().enumerate() {
            let terms: Vec<f64> = (0..=kernels as usize)
                .map(|kernel| parzen.ln_term(kernel, &points, place))
                .collect();
            let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = terms.iter().map(|term| (term - largest).exp()).sum();
            let expected = largest + sum.ln();
            assert!(
                (found - expected).abs() < 1e-12 * expected.abs().max(1.0),
                "{found} {expected}"
            );
        }
    }
}
