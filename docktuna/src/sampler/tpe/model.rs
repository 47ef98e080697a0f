//! Estimators for some parameters, out of a study's history.

use rand::{Rng, RngExt};

use super::axis::Axis;
use super::density::Mixture;
use super::parzen::Parzen;
use super::together::{self, Observed};
use super::weights::Weights;
use crate::sampler::history::{Column, History};
use crate::space::distribution::Distribution;

/// Parameters that are modelled together.
pub(super) struct Subspace<'a> {
    history: &'a History,
    params: Vec<Modelled<'a>>,
    axes: Vec<Axis>,
    /// Whether what running trials announce counts as if they had drawn it.
    announced: bool,
}

/// What an estimator depends on besides the trials.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recipe {
    pub(super) names: Vec<String>,
    pub(super) axes: Vec<Axis>,
    /// For each parameter the places of its stored choices among the present ones.
    pub(super) places: Vec<Option<Vec<f64>>>,
    pub(super) announced: bool,
    pub(super) equal_weights: bool,
}

/// A parameter of a subspace.
#[derive(Clone)]
struct Modelled<'a> {
    name: &'a str,
    column: Option<&'a Column>,
    /// For each choice of the column its place among the present ones; `None` for numbers.
    places: Option<Vec<f64>>,
    /// Whether the column holds the same kind of values.
    readable: bool,
    log: bool,
}

impl<'a> Subspace<'a> {
    pub(super) fn new(history: &'a History, announced: bool) -> Self {
        Self {
            history,
            params: Vec::new(),
            axes: Vec::new(),
            announced,
        }
    }

    /// Adds a parameter, unless it has just one value.
    pub(super) fn add(&mut self, name: &'a str, distribution: &Distribution, ordered: bool) {
        let Some(axis) = Axis::new(distribution, ordered) else {
            return;
        };
        let column = self.history.column_of(name);
        let stored = column.and_then(Column::choices);
        let (places, readable) = match (distribution, stored) {
            (Distribution::Categorical(present), Some(stored)) => {
                let place = |choice| distribution.stored(choice).unwrap_or(f64::NAN);
                debug_assert!(!present.is_empty());
                (Some(stored.iter().map(place).collect()), true)
            }
            (Distribution::Categorical(_), None) => (None, false),
            (_, stored) => (None, stored.is_none()),
        };
        let log = matches!(axis, Axis::Number(interval) if interval.log);
        self.axes.push(axis);
        self.params.push(Modelled {
            name,
            column,
            places,
            readable,
            log,
        });
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.params.iter().map(|param| param.name)
    }

    /// The estimator from scratch, for [usable](Self::is_usable) trials, oldest first.
    pub(super) fn build(&self, rows: &[u32], equal_weights: bool) -> Parzen {
        let weights = self.weights(rows.len(), equal_weights);
        Parzen::new(&self.axes, &self.observations(rows), weights, 0)
    }

    /// The estimator for good trials, the best first: the better one is, the more it weighs.
    pub(super) fn ranked(&self, best_first: &[u32], resolution: usize) -> Parzen {
        let worst_first = best_first.iter().rev().copied();
        let rows: Vec<u32> = worst_first.filter(|row| self.is_usable(*row)).collect();
        let weights = Weights::by_rank(rows.len());
        Parzen::new(&self.axes, &self.observations(&rows), weights, resolution)
    }

    /// Splits it into parts: parameters that good trials, the best first, show to depend on each other.
    pub(super) fn parts(self, best_first: &[u32], resolution: usize) -> Vec<Self> {
        let usable = best_first.iter().filter(|row| self.is_usable(**row));
        let mut rows: Vec<u32> = usable.take(together::ENOUGH).copied().collect();
        rows.reverse();
        let observed = self.params.iter().zip(&self.axes);
        let observed = observed.map(|(param, axis)| {
            let scaled: Vec<f64> = rows.iter().map(|row| param.value(*row)).collect();
            let values = scaled.iter().copied();
            Observed {
                axis: *axis,
                values: values
                    .map(|x| if param.log { x.exp() } else { x })
                    .collect(),
                scaled,
            }
        });
        let observed: Vec<Observed> = observed.collect();
        let blocks = together::blocks(&observed, resolution).into_iter();
        let part = |places: Vec<usize>| Self {
            history: self.history,
            params: places.iter().map(|i| self.params[*i].clone()).collect(),
            axes: places.iter().map(|i| self.axes[*i]).collect(),
            announced: self.announced,
        };
        blocks.map(part).collect()
    }

    /// What trials have of each parameter.
    fn observations(&self, rows: &[u32]) -> Vec<Vec<f64>> {
        let column = |param: &Modelled<'_>| rows.iter().map(|row| param.value(*row)).collect();
        self.params.iter().map(column).collect()
    }

    pub(super) fn weights(&self, observations: usize, equal: bool) -> Weights {
        if equal {
            Weights::equal(observations)
        } else {
            Weights::by_age(observations)
        }
    }

    /// Whether a trial has a value for every parameter.
    pub(super) fn is_usable(&self, row: u32) -> bool {
        let running = self.history.running_rows().contains(&row);
        self.params.iter().all(|param| {
            let unsaid = running && !self.announced && self.history.is_announced(row, param.name);
            // The logarithm of a number that is not above 0 is none.
            !unsaid && param.value(row).is_finite()
        })
    }

    /// What a trial has of the parameters, on the scale of the model.
    pub(super) fn observation(&self, row: u32) -> Vec<f64> {
        self.params.iter().map(|param| param.value(row)).collect()
    }

    pub(super) fn history(&self) -> &'a History {
        self.history
    }

    /// What the estimators depend on besides the trials.
    pub(super) fn recipe(&self, equal_weights: bool) -> Recipe {
        let places = self.params.iter().map(|param| param.places.clone());
        Recipe {
            names: self.names().map(str::to_owned).collect(),
            axes: self.axes.clone(),
            places: places.collect(),
            announced: self.announced,
            equal_weights,
        }
    }

    /// The best of `count` candidates, which are drawn from `below`: the one that it makes most
    /// likely against `above`.
    pub(super) fn choose(
        &self,
        below: &Parzen,
        above: &Parzen,
        count: usize,
        rng: &mut dyn Rng,
    ) -> Vec<f64> {
        let mut candidates = vec![Vec::with_capacity(count); self.axes.len()];
        for _ in 0..count.max(1) {
            let kernel = below.kernel_at(rng.random());
            for (axis, values) in candidates.iter_mut().enumerate() {
                values.push(below.quantile(axis, kernel, rng.random()));
            }
        }
        let good = below.ln_density(&candidates);
        let chosen = most_likely(&good, &Mixture::new(above, &candidates));
        candidates
            .into_iter()
            .map(|values| values[chosen])
            .collect()
    }
}

/// The place of the point with the largest ratio of two densities, the first of equal ones; of the first density the
/// logarithms are known.
///
/// The second one takes long to compute. It is at least what its prior makes it, so no ratio is above that with the
/// prior alone. Points for which that is less than the best ratio are not looked at.
pub(super) fn most_likely(good: &[f64], bad: &Mixture<'_>) -> usize {
    /// More than by what rounding may bring a density below its prior.
    const ROUNDING: f64 = 1e-9;
    let most = |(point, good): (usize, &f64)| (good - bad.ln_least(point), point);
    let mut points: Vec<(f64, usize)> = good.iter().enumerate().map(most).collect();
    points.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut best = (0, f64::NEG_INFINITY);
    for (most, point) in points {
        if most + ROUNDING < best.1 {
            break;
        }
        let ratio = good[point] - bad.ln_density(point);
        let is_earlier = point < best.0;
        if ratio > best.1 || (is_earlier && ratio >= best.1) {
            best = (point, ratio);
        }
    }
    best.0
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list; NaN is beyond it"
)]
fn place(places: &[f64], value: f64) -> f64 {
    if value.is_nan() {
        return f64::NAN;
    }
    places.get(value as usize).copied().unwrap_or(f64::NAN)
}

impl Modelled<'_> {
    /// What a trial has, on the scale of the model; NaN if nothing.
    fn value(&self, row: u32) -> f64 {
        let column = self.column.filter(|_| self.readable);
        let value = column.and_then(|column| column.values().get(row as usize));
        let value = value.copied().unwrap_or(f64::NAN);
        match &self.places {
            Some(places) => place(places, value),
            None if self.log => value.ln(),
            None => value,
        }
    }
}
