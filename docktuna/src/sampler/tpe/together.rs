//! Which parameters are modelled together, where the data decide.
//!
//! A joint model of good trials that lie on a curve through the space keeps to the curve, and one of
//! parameters that have nothing to do with each other only knows fewer combinations. Which of the two it
//! is, trials say that the model has not seen: the cross-validated likelihood of Habbema, Hermans and van
//! den Broek ("A stepwise discriminant analysis program using density estimation", COMPSTAT 1974) and Duin
//! ("On the Choice of Smoothing Parameters for Parzen Estimators of Probability Density Functions", IEEE
//! Transactions on Computers C-25, 1976).

use super::axis::Axis;
use super::parzen::Parzen;
use super::weights::Weights;

/// What a joint model has to gain for each trial that is left out, in the logarithm of its density.
const MARGIN: f64 = 0.1;
/// Fewer trials say nothing.
const FEWEST: usize = 4;
/// So many of the best trials say enough.
pub(super) const ENOUGH: usize = 25;

/// A parameter of trials, the worst first.
pub(super) struct Observed {
    pub(super) axis: Axis,
    /// On the scale of the model.
    pub(super) scaled: Vec<f64>,
    /// As they are.
    pub(super) values: Vec<f64>,
}

/// The places of the parameters in blocks that are modelled together: two blocks become one as long as
/// that makes trials that are left out more likely, those first that gain most.
pub(super) fn blocks(params: &[Observed], resolution: usize) -> Vec<Vec<usize>> {
    let trials = params.first().map_or(0, |param| param.scaled.len());
    let mut blocks: Vec<Vec<usize>> = (0..params.len()).map(|place| vec![place]).collect();
    if params.len() < 2 || trials < FEWEST {
        return blocks;
    }
    let mut tables: Vec<Table> = params
        .iter()
        .map(|param| Table::new(param, resolution))
        .collect();
    let weights = Weights::by_rank(trials - 1);
    let mut likely: Vec<f64> = tables
        .iter()
        .map(|table| table.likelihood(&weights))
        .collect();
    let gain = |one: usize, other: usize, tables: &[Table], likely: &[f64]| {
        let both = tables[one].with(&tables[other]).likelihood(&weights);
        both - likely[one] - likely[other]
    };
    // What each pair gains; it changes only where a block has grown.
    let mut gains: Vec<Vec<f64>> = (0..blocks.len())
        .map(|one| {
            (0..one)
                .map(|other| gain(one, other, &tables, &likely))
                .collect()
        })
        .collect();
    #[allow(clippy::cast_precision_loss, reason = "at most as many as are enough")]
    let least = MARGIN * trials as f64;
    while let Some((one, other)) = best(&gains, least) {
        let grown = tables[other].with(&tables[one]);
        likely[other] = grown.likelihood(&weights);
        tables[other] = grown;
        let moved = blocks.remove(one);
        blocks[other].extend(moved);
        tables.remove(one);
        likely.remove(one);
        gains.remove(one);
        for gains in &mut gains[one..] {
            gains.remove(one);
        }
        for place in (0..blocks.len()).filter(|place| *place != other) {
            let (high, low) = (place.max(other), place.min(other));
            gains[high][low] = gain(high, low, &tables, &likely);
        }
    }
    for block in &mut blocks {
        block.sort_unstable();
    }
    blocks
}

/// The pair that gains most, if that is more than `least`.
fn best(gains: &[Vec<f64>], least: f64) -> Option<(usize, usize)> {
    let pairs = gains.iter().enumerate().flat_map(|(one, gains)| {
        let gains = gains.iter().enumerate();
        gains.map(move |(other, gain)| (*gain, one, other))
    });
    let enough = pairs.filter(|(gain, ..)| *gain > least);
    let best = enough.max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, one, other)| (one, other))
}

/// For each trial that is left out, row by row, the logarithms of the kernels of the others at it, the
/// worst first, and last the prior's. Those of a joint model are the sums over its parameters.
struct Table {
    width: usize,
    kernels: Vec<f64>,
}

impl Table {
    fn new(param: &Observed, resolution: usize) -> Self {
        let width = param.scaled.len();
        let mut kernels = Vec::with_capacity(width * width);
        for left_out in 0..width {
            let mut others = param.scaled.clone();
            others.remove(left_out);
            let weights = Weights::by_rank(width - 1);
            let model = Parzen::new(&[param.axis], &[others], weights, resolution);
            let point = [vec![param.values[left_out]]];
            kernels.extend((0..width).map(|age| model.ln_kernel(model.kernel_of(age), &point, 0)));
        }
        Self { width, kernels }
    }

    fn with(&self, other: &Self) -> Self {
        let kernels = self.kernels.iter().zip(&other.kernels);
        Self {
            width: self.width,
            kernels: kernels.map(|(a, b)| a + b).collect(),
        }
    }

    /// The sum of the logarithms of the density at the trials that are left out.
    fn likelihood(&self, weights: &Weights) -> f64 {
        let total = weights.total();
        let density = |row: &[f64]| {
            let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let terms = row.iter().enumerate();
            let terms = terms.map(|(age, kernel)| weights.of(age) * (kernel - largest).exp());
            largest + (terms.sum::<f64>() / total).ln()
        };
        self.kernels.chunks_exact(self.width).map(density).sum()
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::ChaCha12Rng;
    use rand::{RngExt, SeedableRng};

    use super::*;
    use crate::space::distribution::Distribution;
    use crate::space::{FloatDomain, Value};

    fn number(values: impl Iterator<Item = f64>) -> Observed {
        let unit = Distribution::Float(FloatDomain::new(0.0, 1.0));
        let values: Vec<f64> = values.collect();
        Observed {
            axis: Axis::new(&unit, false).unwrap(),
            scaled: values.clone(),
            values,
        }
    }

    fn choice(values: impl Iterator<Item = f64>) -> Observed {
        let choices: Vec<Value> = (0..4_i64).map(Value::from).collect();
        let values: Vec<f64> = values.collect();
        Observed {
            axis: Axis::new(&Distribution::Categorical(choices.into()), false).unwrap(),
            scaled: values.clone(),
            values,
        }
    }

    fn spread(i: u32, k: u32) -> f64 {
        f64::from(i * k % 97) / 97.0
    }

    #[test]
    fn what_depends_on_each_other_is_one_block() {
        let mut separate = 0;
        for seed in 0..40 {
            let mut rng = ChaCha12Rng::seed_from_u64(seed);
            let mut uniform = || (0..20).map(|_| rng.random()).collect::<Vec<f64>>();
            let (t, u) = (uniform(), uniform());
            let params = [
                number(t.iter().copied()),
                number(u.iter().copied()),
                number(t.iter().map(|t| 1.0 - t)),
                choice(t.iter().map(|t| (4.0 * t).floor())),
            ];
            let found = blocks(&params, 50);
            let first = found.iter().find(|block| block.contains(&0)).unwrap();
            assert!(
                first.starts_with(&[0]) && first.ends_with(&[2, 3]),
                "{found:?}"
            );
            separate += usize::from(found.contains(&vec![1]));
        }
        assert!(separate >= 35, "{separate} of 40");
    }

    #[test]
    fn few_trials_and_equal_ones_say_nothing_of_each_other() {
        for trials in [0, 1, 2, 9] {
            let same = || number((0..trials).map(|_| 0.5));
            let found = blocks(&[same(), same()], 10);
            assert_eq!(found, [[0], [1]], "{trials}");
        }
    }

    /// The tables give what an estimator of the others gives.
    #[test]
    fn a_likelihood_is_that_of_the_estimators_without_each_trial() {
        let params = [
            number((0..9).map(|i| spread(i, 31))),
            choice((0..9).map(|i| f64::from(i % 3))),
        ];
        let expected: f64 = (0..9)
            .map(|left_out| {
                let axes = [params[0].axis, params[1].axis];
                let others = params.each_ref().map(|param| {
                    let mut others = param.scaled.clone();
                    others.remove(left_out);
                    others
                });
                let model = Parzen::new(&axes, &others, Weights::by_rank(8), 30);
                let point = params.each_ref().map(|param| vec![param.values[left_out]]);
                model.ln_density(&point)[0]
            })
            .sum();
        let tables = params.each_ref().map(|param| Table::new(param, 30));
        let found = tables[0].with(&tables[1]).likelihood(&Weights::by_rank(8));
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }
}
