//! The Parzen estimator: a mixture of one kernel for each observation and one for the prior.
//!
//! A kernel is a product over the parameters. Kernels of real numbers are normal; all of their factors
//! are one exponential of a sum of squares, and their normalizing constants are summed once per kernel.
//! Steps and choices take few different values, so that their logarithms come from tables.

use super::axis::{Axis, Interval};
use super::bandwidth::bandwidths;
use super::density;
use super::normal;

/// The observations of one parameter, oldest first.
#[derive(Debug, Clone)]
pub(super) struct Observations {
    /// On the scale of the model; choices as indices.
    pub(super) values: Vec<f64>,
    /// Their places from the smallest value to the largest, where that is known.
    pub(super) order: Option<Vec<u32>>,
}

impl Observations {
    fn order(&mut self) -> Vec<u32> {
        let values = &self.values;
        self.order.take().unwrap_or_else(|| {
            let mut order: Vec<u32> = (0u32..).take(values.len()).collect();
            order.sort_by(|a, b| values[*a as usize].total_cmp(&values[*b as usize]));
            order
        })
    }
}

/// A density over the parameters that are modelled together.
#[derive(Debug)]
pub(super) struct Parzen {
    /// The number of kernels; the last one is the prior.
    kernels: usize,
    weights: Vec<f64>,
    /// For each kernel ln(weight) and all that does not depend on the point.
    constants: Vec<f64>,
    factors: Vec<Factor>,
}

/// One parameter's share of all kernels.
#[derive(Debug)]
pub(super) enum Factor {
    Smooth(Smooth),
    Stepped(Stepped),
    Choice(Choice),
}

/// Truncated normal densities: exp(−(x·scale − shift)²), with `scale` 1/(σ√2) and `shift` μ/(σ√2).
#[derive(Debug)]
pub(super) struct Smooth {
    interval: Interval,
    means: Vec<f64>,
    sigmas: Vec<f64>,
    pub(super) scales: Vec<f64>,
    pub(super) shifts: Vec<f64>,
}

/// Masses of truncated normals on the cells of a grid.
#[derive(Debug)]
pub(super) struct Stepped {
    interval: Interval,
    /// (mean, standard deviation), each pair once.
    shapes: Vec<(f64, f64)>,
    /// Which of them each kernel has.
    shape: Vec<u32>,
}

/// Probabilities of choices.
#[derive(Debug)]
pub(super) struct Choice {
    choices: usize,
    /// What each kernel observed; `choices` for the prior.
    observed: Vec<u32>,
}

impl Parzen {
    /// The estimator for observations of every axis, with the weight of each row.
    #[allow(
        clippy::cast_precision_loss,
        reason = "a count of trials is below 2^31"
    )]
    pub(super) fn new(
        axes: &[Axis],
        observations: Vec<Observations>,
        mut weights: Vec<f64>,
        sharpness: u32,
    ) -> Self {
        weights.push(1.0);
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
        let kernels = weights.len();
        let mut constants = vec![0.0; kernels];
        // Logarithms are dear: factors are multiplied first.
        let mut products = weights.clone();
        let mut multiplied = 0;
        let mut factors = Vec::with_capacity(axes.len());
        for (axis, observed) in axes.iter().zip(observations) {
            factors.push(match axis {
                Axis::Number(interval) if interval.step.is_none() => {
                    let smooth = Smooth::new(*interval, observed, sharpness);
                    smooth.normalize(&mut products, &mut constants);
                    multiplied += 1;
                    Factor::Smooth(smooth)
                }
                Axis::Number(interval) => {
                    Factor::Stepped(Stepped::new(*interval, observed, sharpness))
                }
                Axis::Choice(choices) => Factor::Choice(Choice::new(*choices, &observed.values)),
            });
            // Each factor is at most 200 or so, and none of these products can overflow.
            if multiplied % 16 == 15 {
                take_logarithms(&mut products, &mut constants);
            }
        }
        take_logarithms(&mut products, &mut constants);
        Self {
            kernels,
            weights,
            constants,
            factors,
        }
    }

    /// The logarithms of the density at points, given as one column of values for each axis.
    pub(super) fn ln_density(&self, points: &[Vec<f64>]) -> Vec<f64> {
        let count = points.first().map_or(0, Vec::len);
        density::ln_density(&self.factors, &self.constants, points, count)
    }

    /// The kernel at the share `share` of all weight.
    pub(super) fn kernel_at(&self, share: f64) -> usize {
        let mut sum = 0.0;
        for (kernel, weight) in self.weights.iter().enumerate() {
            sum += weight;
            if share < sum {
                return kernel;
            }
        }
        self.kernels - 1
    }

    /// The value at the quantile `q` of one kernel's factor for one axis.
    pub(super) fn quantile(&self, axis: usize, kernel: usize, q: f64) -> f64 {
        let (interval, mean, sigma) = match &self.factors[axis] {
            Factor::Choice(choice) => return choice.quantile(kernel, q),
            Factor::Smooth(smooth) => (
                &smooth.interval,
                smooth.means[kernel],
                smooth.sigmas[kernel],
            ),
            Factor::Stepped(stepped) => {
                let (mean, sigma) = stepped.shapes[stepped.shape[kernel] as usize];
                (&stepped.interval, mean, sigma)
            }
        };
        let start = (interval.start - mean) / sigma;
        let end = (interval.end - mean) / sigma;
        interval.value(mean + sigma * normal::truncated_quantile(start, end, q))
    }
}

fn take_logarithms(products: &mut [f64], constants: &mut [f64]) {
    for (constant, product) in constants.iter_mut().zip(products) {
        *constant += product.ln();
        *product = 1.0;
    }
}

/// Means and standard deviations, the prior's last.
fn shapes(
    interval: &Interval,
    mut observed: Observations,
    sharpness: u32,
) -> (Vec<f64>, Vec<f64>, Vec<u32>) {
    let order = observed.order();
    let mut sigmas = bandwidths(interval, &observed.values, &order, sharpness);
    let mut means = observed.values;
    means.push(0.5 * (interval.start + interval.end));
    sigmas.push(interval.width());
    (means, sigmas, order)
}

impl Smooth {
    fn new(interval: Interval, observed: Observations, sharpness: u32) -> Self {
        let (means, sigmas, _) = shapes(&interval, observed, sharpness);
        let scales: Vec<f64> = sigmas
            .iter()
            .map(|sigma| std::f64::consts::FRAC_1_SQRT_2 / sigma)
            .collect();
        let shifts = means
            .iter()
            .zip(&scales)
            .map(|(mean, scale)| mean * scale)
            .collect();
        Self {
            interval,
            means,
            sigmas,
            scales,
            shifts,
        }
    }

    /// Points on the scale of the model.
    pub(super) fn scaled(&self, points: &[f64]) -> Vec<f64> {
        points.iter().map(|x| self.interval.scaled(*x)).collect()
    }

    /// Divides by what the density integrates to on the interval.
    fn normalize(&self, products: &mut [f64], constants: &mut [f64]) {
        /// So many standard deviations away nothing is cut off that a double could tell.
        const BEYOND: f64 = 8.5;
        // Relative to the width, so that products of many factors stay in range.
        let width = self.interval.width();
        let shared = -normal::ln_sqrt_tau() - width.ln();
        for (kernel, (mean, sigma)) in self.means.iter().zip(&self.sigmas).enumerate() {
            let start = (self.interval.start - mean) / sigma;
            let end = (self.interval.end - mean) / sigma;
            products[kernel] *= width / sigma;
            constants[kernel] += shared;
            if start > 0.0 || end < 0.0 {
                constants[kernel] -= normal::ln_mass(start, end);
                continue;
            }
            // Mostly one end is near, or none.
            let mut mass = 1.0;
            if start >= -BEYOND {
                mass -= normal::upper_tail(-start);
            }
            if end <= BEYOND {
                mass -= normal::upper_tail(end);
            }
            products[kernel] /= mass;
        }
    }
}

impl Stepped {
    #[allow(clippy::float_cmp, reason = "equal observations have equal means")]
    fn new(interval: Interval, observed: Observations, sharpness: u32) -> Self {
        let (means, sigmas, order) = shapes(&interval, observed, sharpness);
        let mut all: Vec<(f64, f64)> = Vec::new();
        let mut shape = vec![0; means.len()];
        // The kernels of one mean come one after the other.
        let mut first = 0;
        let prior = means.len() - 1;
        for kernel in order.iter().map(|kernel| *kernel as usize).chain([prior]) {
            let pair = (means[kernel], sigmas[kernel]);
            if all.get(first).is_some_and(|(mean, _)| *mean != pair.0) {
                first = all.len();
            }
            let known = all[first..].iter().position(|known| *known == pair);
            shape[kernel] = u32::try_from(first + known.unwrap_or(all.len() - first))
                .expect("there are no more shapes than trials");
            if known.is_none() {
                all.push(pair);
            }
        }
        Self {
            interval,
            shapes: all,
            shape,
        }
    }

    /// Row by row for each shape, the logarithms of its masses at `points`.
    pub(super) fn table(&self, points: &[f64]) -> Vec<f64> {
        let cells: Vec<(f64, f64)> = points.iter().map(|x| self.interval.cell(*x)).collect();
        let mut table = Vec::with_capacity(points.len() * self.shapes.len());
        for (mean, sigma) in &self.shapes {
            let place = |x: f64| (x - mean) / sigma;
            let whole = normal::ln_mass(place(self.interval.start), place(self.interval.end));
            for (i, (low, high)) in cells.iter().enumerate() {
                // Points repeat on a coarse grid.
                let same = cells[..i].iter().position(|cell| cell == &(*low, *high));
                let mass = match same {
                    Some(same) => table[table.len() - i + same],
                    None => normal::ln_mass(place(*low), place(*high)) - whole,
                };
                table.push(mass);
            }
        }
        table
    }

    pub(super) fn shape(&self) -> &[u32] {
        &self.shape
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "indices and counts are small"
)]
impl Choice {
    fn new(choices: usize, observed: &[f64]) -> Self {
        let prior = choices as u32;
        let observed = observed.iter().map(|index| *index as u32).chain([prior]);
        Self {
            choices,
            observed: observed.collect(),
        }
    }

    /// The probability of one choice in the kernels that observed `observed`.
    fn probability(&self, observed: usize, choice: usize) -> f64 {
        let choices = self.choices as f64;
        if observed == self.choices {
            return 1.0 / choices;
        }
        // Each choice has a share of one observation, the prior included; the observed one has 1 more.
        let share = 1.0 / self.observed.len() as f64;
        let own = if observed == choice { 1.0 } else { 0.0 };
        (share + own) / (choices * share + 1.0)
    }

    /// Row by row for each observed choice and the prior, the logarithms of the probabilities at
    /// `points`.
    pub(super) fn table(&self, points: &[f64]) -> Vec<f64> {
        let rows = 0..=self.choices;
        let row = |observed| {
            points
                .iter()
                .map(move |x| self.probability(observed, *x as usize).ln())
        };
        rows.flat_map(row).collect()
    }

    pub(super) fn shape(&self) -> &[u32] {
        &self.observed
    }

    fn quantile(&self, kernel: usize, q: f64) -> f64 {
        let observed = self.observed[kernel] as usize;
        let mut sum = 0.0;
        let mut chosen = 0;
        for choice in 0..self.choices - 1 {
            sum += self.probability(observed, choice);
            chosen += usize::from(sum < q);
        }
        chosen as f64
    }
}

#[cfg(test)]
impl Parzen {
    pub(super) fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// (means, standard deviations) of a number.
    pub(super) fn shapes(&self, axis: usize) -> (Vec<f64>, Vec<f64>) {
        match &self.factors[axis] {
            Factor::Smooth(smooth) => (smooth.means.clone(), smooth.sigmas.clone()),
            Factor::Stepped(stepped) => stepped
                .shape
                .iter()
                .map(|shape| stepped.shapes[*shape as usize])
                .unzip(),
            Factor::Choice(_) => (Vec::new(), Vec::new()),
        }
    }

    /// ln(weight · density) of one kernel of real numbers at one of the points.
    pub(super) fn ln_term(&self, kernel: usize, points: &[Vec<f64>], place: usize) -> f64 {
        let squares = self.factors.iter().zip(points).map(|(factor, points)| {
            let Factor::Smooth(smooth) = factor else {
                unreachable!("only real numbers are asked for")
            };
            let z = points[place] * smooth.scales[kernel] - smooth.shifts[kernel];
            z * z
        });
        self.constants[kernel] - squares.sum::<f64>()
    }

    /// The probabilities of a kernel's choices.
    pub(super) fn probabilities(&self, axis: usize, kernel: usize) -> Vec<f64> {
        match &self.factors[axis] {
            Factor::Choice(choice) => (0..choice.choices)
                .map(|c| choice.probability(choice.observed[kernel] as usize, c))
                .collect(),
            _ => Vec::new(),
        }
    }
}
