//! The Parzen estimator: a mixture of one kernel for each observation and one for the prior.
//!
//! A kernel is a product over the parameters. Kernels of real numbers are normal; all of their factors
//! are one exponential of a sum of squares, and their normalizing constants are summed once per kernel.
//! Steps and choices take few different values, so that their logarithms come from tables.
//!
//! An estimator can be kept up with a study: one observation more or less costs the few kernels that
//! it changes, and the result is to the last bit what one would get from scratch.

use std::f64::consts::SQRT_2;

use super::axis::Axis;
use super::bandwidth::parts;
use super::choice::Choice;
use super::curve;
use super::kernels::{Kernels, Shape};
use super::lanes::{BLOCK, largest};
use super::normal;
use super::weights::Weights;
use crate::sampler::growth::make_room;

/// A density over the parameters that are modelled together.
///
/// The kernels are in an order in which neighbours in space are near each other, so that a whole block
/// of them can be told to be far from a point. The prior's has no place among them; as a kernel to draw
/// from it is the one behind the last.
#[derive(Debug, Clone)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Parzen {
    axes: Vec<Axis>,
    resolution: usize,
    pub(super) weights: Weights,
    /// For each kernel the place of its observation among all, the oldest first.
    pub(super) ages: Vec<u32>,
    /// For each kernel the logarithm of all that depends neither on its weight nor on the point.
    pub(super) constants: Vec<f64>,
    /// The largest of them in each block.
    pub(super) peaks: Vec<f64>,
    pub(super) factors: Vec<Factor>,
}

/// One parameter's share of all kernels.
#[derive(Debug, Clone)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) enum Factor {
    /// Truncated normal densities.
    Smooth(Kernels),
    /// Masses of truncated normals on the cells of a grid.
    Stepped(Kernels),
    Choice(Choice),
}

impl Parzen {
    /// The estimator for observations of every axis, each on the scale of the model and the oldest
    /// first; choices as indices. See [`narrowest`](super::bandwidth::narrowest) for `resolution`.
    pub(super) fn new(
        axes: &[Axis],
        observations: &[Vec<f64>],
        weights: Weights,
        resolution: usize,
    ) -> Self {
        let value = |age: u32| observations.iter().map(move |values| values[age as usize]);
        let ages = (0..).take(weights.observations());
        let mut sorted: Vec<(u64, u32)> = ages
            .map(|age| (curve_place(axes, value(age)), age))
            .collect();
        sorted.sort_unstable();
        let ages: Vec<u32> = sorted.into_iter().map(|(_, age)| age).collect();
        let factors = axes.iter().zip(observations).map(|(axis, observed)| {
            let observed = ages.iter().map(|age| observed[*age as usize]).collect();
            match axis {
                Axis::Number(interval) => {
                    let kernels = Kernels::new(*interval, observed, &ages, resolution);
                    match interval.step {
                        None => Factor::Smooth(kernels),
                        Some(_) => Factor::Stepped(kernels),
                    }
                }
                Axis::Choice(choices) => Factor::Choice(Choice::new(*choices, &observed)),
            }
        });
        let mut parzen = Self {
            axes: axes.to_vec(),
            resolution,
            weights,
            factors: factors.collect(),
            constants: vec![0.0; ages.len()],
            ages,
            peaks: Vec::new(),
        };
        parzen.refit(0..parzen.ages.len(), 0);
        parzen
    }

    /// Whether observations can be added and removed until there are `observations`: only where the
    /// smallest width of the kernels stays what it is.
    #[allow(clippy::float_cmp, reason = "a count, or a bound")]
    pub(super) fn can_become(&self, observations: usize) -> bool {
        parts(observations, self.resolution) == parts(self.ages.len(), self.resolution)
    }

    /// Adds an observation, given for every axis, as the one at `age`.
    pub(super) fn insert(&mut self, age: usize, observation: &[f64]) {
        let age = u32::try_from(age).expect("a study has fewer than 2^31 trials");
        for other in &mut self.ages {
            *other += u32::from(*other >= age);
        }
        let place = (curve_place(&self.axes, observation.iter().copied()), age);
        let kernel = self.first_from(place);
        make_room(&mut self.ages, 1);
        self.ages.insert(kernel, age);
        make_room(&mut self.constants, 1);
        self.constants.insert(kernel, f64::NAN);
        let mut changed = vec![kernel];
        for (factor, value) in self.factors.iter_mut().zip(observation) {
            match factor {
                Factor::Smooth(kernels) => {
                    kernels.insert(kernel, *value, &self.ages, &mut changed);
                }
                Factor::Stepped(kernels) => {
                    kernels.insert(kernel, *value, &self.ages, &mut Vec::new());
                }
                Factor::Choice(choice) => choice.insert(kernel, *value),
            }
        }
        self.refit(changed, kernel);
    }

    /// Removes the observation at `age`.
    pub(super) fn remove(&mut self, age: usize) {
        let kernel = self.kernel_of(age);
        let mut changed = Vec::new();
        for factor in &mut self.factors {
            match factor {
                Factor::Smooth(kernels) => kernels.remove(kernel, &self.ages, &mut changed),
                Factor::Stepped(kernels) => kernels.remove(kernel, &self.ages, &mut Vec::new()),
                Factor::Choice(choice) => choice.remove(kernel),
            }
        }
        let age = self.ages.remove(kernel);
        self.constants.remove(kernel);
        for other in &mut self.ages {
            *other -= u32::from(*other > age);
        }
        self.refit(changed, kernel);
    }

    /// Gives new weights, after observations were added or removed.
    pub(super) fn weigh(&mut self, weights: Weights) {
        debug_assert_eq!(weights.observations(), self.ages.len());
        self.weights = weights;
    }

    /// The first kernel that is not before a place on the curve.
    fn first_from(&self, place: (u64, u32)) -> usize {
        let (mut start, mut end) = (0, self.ages.len());
        while start < end {
            let middle = start.midpoint(end);
            let here = curve_place(&self.axes, self.value(middle));
            if (here, self.ages[middle]) < place {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        start
    }

    /// What a kernel observed, axis by axis.
    #[allow(clippy::cast_precision_loss, reason = "there are few choices")]
    fn value(&self, kernel: usize) -> impl Iterator<Item = f64> {
        self.factors.iter().map(move |factor| match factor {
            Factor::Smooth(kernels) | Factor::Stepped(kernels) => kernels.means[kernel],
            Factor::Choice(choice) => choice.observed(kernel) as f64,
        })
    }

    /// The observation at `age`, axis by axis.
    pub(super) fn observation(&self, age: usize) -> impl Iterator<Item = f64> {
        self.value(self.kernel_of(age))
    }

    /// The kernel of the observation at `age`; the prior's, if there is none.
    pub(super) fn kernel_of(&self, age: usize) -> usize {
        let kernel = self.ages.iter().position(|other| *other as usize == age);
        kernel.unwrap_or(self.ages.len())
    }

    /// Measures the constants of the kernels that have changed, and the blocks of all that have moved
    /// as well.
    fn refit(&mut self, changed: impl IntoIterator<Item = usize>, moved: usize) {
        let shared = self.shared_constant();
        let first = moved / BLOCK;
        self.peaks.truncate(first);
        for kernel in changed {
            self.constants[kernel] = shared + self.own_constant(kernel);
            let block = kernel / BLOCK;
            if block < first {
                let kernels = block * BLOCK..(block + 1) * BLOCK;
                self.peaks[block] = largest(&self.constants[kernels]);
            }
        }
        let moved = self.constants[first * BLOCK..].chunks(BLOCK);
        self.peaks.extend(moved.map(largest));
    }

    /// The part of the constants that all kernels share.
    fn shared_constant(&self) -> f64 {
        self.smooth().map(Kernels::shared_constant).sum()
    }

    /// The prior's constant.
    pub(super) fn prior(&self) -> f64 {
        self.shared_constant() + self.own_constant(self.ages.len())
    }

    /// The part of one kernel alone.
    fn own_constant(&self, kernel: usize) -> f64 {
        let (mut constant, mut product) = (0.0, 1.0);
        for (multiplied, kernels) in self.smooth().enumerate() {
            let (factor, logarithm) = kernels.own_constant(kernel);
            product *= factor;
            constant += logarithm;
            // Logarithms are dear: factors are multiplied first. Each is at most 200 or so, and none of
            // these products can overflow.
            if multiplied % 16 == 15 {
                constant += product.ln();
                product = 1.0;
            }
        }
        constant + product.ln()
    }

    fn smooth(&self) -> impl Iterator<Item = &Kernels> {
        self.factors.iter().filter_map(|factor| match factor {
            Factor::Smooth(kernels) => Some(kernels),
            _ => None,
        })
    }

    /// The kernel at the share `share` of all weight.
    pub(super) fn kernel_at(&self, share: f64) -> usize {
        let total = self.weights.total();
        let mut sum = 0.0;
        let age = (0..self.ages.len()).find(|age| {
            sum += self.weights.of(*age) / total;
            share < sum
        });
        age.map_or(self.ages.len(), |age| self.kernel_of(age))
    }

    /// The value at the quantile `q` of one kernel's factor for one axis.
    pub(super) fn quantile(&self, axis: usize, kernel: usize, q: f64) -> f64 {
        match &self.factors[axis] {
            Factor::Smooth(kernels) | Factor::Stepped(kernels) => {
                kernels.quantile(kernel, &self.ages, q)
            }
            Factor::Choice(choice) => choice.quantile(kernel, q),
        }
    }
}

/// One kernel alone.
impl Parzen {
    /// The logarithm of the density of one kernel, or behind the last of the prior, at one of the points.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the index of a choice"
    )]
    pub(super) fn ln_kernel(&self, kernel: usize, points: &[Vec<f64>], place: usize) -> f64 {
        let factors = self.factors.iter().zip(points);
        let factors = factors.map(|(factor, points)| {
            let x = points[place];
            let at = |kernels: &Kernels, x: f64| {
                let Shape { mean, scale } = kernels.shape(kernel);
                (x - mean) * scale
            };
            match factor {
                Factor::Smooth(kernels) => -at(kernels, kernels.interval.scaled(x)).powi(2),
                Factor::Stepped(kernels) => {
                    let mass = |(low, high)| {
                        let [low, high] = [low, high].map(|x| at(kernels, x) * SQRT_2);
                        normal::ln_mass(low, high)
                    };
                    let whole = (kernels.interval.start, kernels.interval.end);
                    mass(kernels.interval.cell(x)) - mass(whole)
                }
                Factor::Choice(choice) => {
                    choice.probability(choice.observed(kernel), x as usize).ln()
                }
            }
        });
        self.shared_constant() + self.own_constant(kernel) + factors.sum::<f64>()
    }
}

/// The place of an observation on a curve through the whole space.
#[allow(clippy::cast_precision_loss, reason = "there are few choices")]
fn curve_place(axes: &[Axis], observation: impl Iterator<Item = f64>) -> u64 {
    let coordinates = axes
        .iter()
        .zip(observation)
        .map(|(axis, value)| match axis {
            Axis::Number(interval) => (value - interval.start) / interval.width(),
            Axis::Choice(choices) => value / *choices as f64,
        });
    curve::place(coordinates)
}

#[cfg(test)]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the index of a choice"
)]
impl Parzen {
    /// By age, and last the prior's.
    pub(super) fn weights(&self) -> Vec<f64> {
        let total = self.weights.total();
        let weights = 0..=self.weights.observations();
        weights.map(|k| self.weights.of(k) / total).collect()
    }

    /// (means, standard deviations) of a number, by age, and last the prior's.
    pub(super) fn shapes(&self, axis: usize) -> (Vec<f64>, Vec<f64>) {
        match &self.factors[axis] {
            Factor::Smooth(kernels) | Factor::Stepped(kernels) => (0..=self.ages.len())
                .map(|age| {
                    let kernel = self.kernel_of(age);
                    (
                        kernels.shape(kernel).mean,
                        kernels.sigma(kernel, &self.ages),
                    )
                })
                .unzip(),
            Factor::Choice(_) => (Vec::new(), Vec::new()),
        }
    }

    /// ln(weight · density) of one kernel, or behind the last of the prior, at one of the points.
    pub(super) fn ln_term(&self, kernel: usize, points: &[Vec<f64>], place: usize) -> f64 {
        let age = self.ages.get(kernel).map_or(kernel, |age| *age as usize);
        let weight = self.weights.of(age) / self.weights.total();
        weight.ln() + self.ln_kernel(kernel, points, place)
    }

    /// The probabilities of a kernel's choices.
    pub(super) fn probabilities(&self, axis: usize, kernel: usize) -> Vec<f64> {
        match &self.factors[axis] {
            Factor::Choice(choice) => choice.probabilities(kernel),
            _ => Vec::new(),
        }
    }

    /// The memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        let factors = self.factors.iter().map(|factor| match factor {
            Factor::Smooth(kernels) | Factor::Stepped(kernels) => kernels.bytes(),
            Factor::Choice(choice) => choice.bytes(),
        });
        factors.sum::<usize>()
            + (self.constants.capacity() + self.peaks.capacity()) * size_of::<f64>()
            + self.ages.capacity() * size_of::<u32>()
    }
}
