//! Estimators for some parameters, out of a study's history.

use rand::{Rng, RngExt};

use super::axis::Axis;
use super::parzen::{Observations, Parzen};
use super::weights;
use crate::distribution::Distribution;
use crate::sampler::history::{Column, History};

/// Marks a trial that is not among the observations.
const ABSENT: u32 = u32::MAX;

/// Parameters that are modelled together.
pub(super) struct Subspace<'a> {
    history: &'a History,
    params: Vec<Modelled<'a>>,
    axes: Vec<Axis>,
    /// Whether what running trials announce counts as if they had drawn it.
    announced: bool,
    /// How much narrower than Optuna's the narrowest kernels are.
    sharpness: u32,
}

/// One of them.
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
    pub(super) fn new(history: &'a History, announced: bool, sharpness: u32) -> Self {
        Self {
            history,
            params: Vec::new(),
            axes: Vec::new(),
            announced,
            sharpness,
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

    /// The estimator for some trials, oldest first.
    pub(super) fn estimator(&self, trials: &[u32], equal_weights: bool) -> Parzen {
        let rows = self.complete(trials);
        let mut places = vec![ABSENT; self.history.rows()];
        for (place, row) in (0..).zip(&rows) {
            places[*row as usize] = place;
        }
        let observations = self
            .params
            .iter()
            .map(|param| param.observations(&rows, &places))
            .collect();
        let weights = if equal_weights {
            vec![1.0; rows.len()]
        } else {
            weights::by_age(rows.len())
        };
        Parzen::new(&self.axes, observations, weights, self.sharpness)
    }

    /// Those of `trials` that have a value for every parameter.
    fn complete(&self, trials: &[u32]) -> Vec<u32> {
        let mut rows = trials.to_vec();
        let running = self.history.running_rows();
        for param in &self.params {
            let Some(column) = param.column.filter(|_| param.readable) else {
                return Vec::new();
            };
            let values = column.values();
            rows.retain(|row| {
                let value = values.get(*row as usize).copied().unwrap_or(f64::NAN);
                let usable = match &param.places {
                    Some(places) => !place(places, value).is_nan(),
                    None if param.log => value > 0.0,
                    None => !value.is_nan(),
                };
                let unsaid = running.contains(row)
                    && !self.announced
                    && self.history.is_announced(*row, param.name);
                usable && !unsaid
            });
        }
        rows
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
        let bad = above.ln_density(&candidates);
        let chosen = most_likely(&good, &bad);
        candidates
            .into_iter()
            .map(|values| values[chosen])
            .collect()
    }
}

/// The place of the largest ratio, the first of equal ones.
pub(super) fn most_likely(good: &[f64], bad: &[f64]) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (i, (good, bad)) in good.iter().zip(bad).enumerate() {
        let ratio = good - bad;
        if ratio > best.1 {
            best = (i, ratio);
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
    /// The values of `rows`, and for numbers their order: out of the order of all trials, without
    /// those that are not among them and with those that still run.
    fn observations(&self, rows: &[u32], places: &[u32]) -> Observations {
        let Some(column) = self.column else {
            return Observations {
                values: Vec::new(),
                order: None,
            };
        };
        let natural = column.values();
        if let Some(choices) = &self.places {
            let chosen = rows
                .iter()
                .map(|row| place(choices, natural[*row as usize]));
            return Observations {
                values: chosen.collect(),
                order: None,
            };
        }
        let values: Vec<f64> = match column.logarithms().filter(|_| self.log) {
            Some(logarithms) => rows.iter().map(|row| logarithms[*row as usize]).collect(),
            None if self.log => rows.iter().map(|row| natural[*row as usize].ln()).collect(),
            None => rows.iter().map(|row| natural[*row as usize]).collect(),
        };
        let order = merged(column.order(), rows, places, &values);
        Observations {
            values,
            order: Some(order),
        }
    }
}

/// The places of `rows` by value: `sorted` knows all trials that are over.
fn merged(sorted: &[u32], rows: &[u32], places: &[u32], values: &[f64]) -> Vec<u32> {
    // A few are sorted faster than they are looked for among thousands.
    if rows.len() * 16 < sorted.len() {
        let mut order: Vec<u32> = (0u32..).take(rows.len()).collect();
        order.sort_by(|a, b| values[*a as usize].total_cmp(&values[*b as usize]));
        return order;
    }
    let mut order = Vec::with_capacity(rows.len());
    order.extend(
        sorted
            .iter()
            .map(|row| places[*row as usize])
            .filter(|place| *place != ABSENT),
    );
    if order.len() < rows.len() {
        let mut known = vec![false; rows.len()];
        order.iter().for_each(|place| known[*place as usize] = true);
        let missing = (0u32..).zip(&known).filter(|(_, known)| !**known);
        let missing: Vec<u32> = missing.map(|(place, _)| place).collect();
        crate::sampler::history::insert_sorted(&mut order, missing.into_iter(), |a, b| {
            let by_value = values[*a as usize].total_cmp(&values[*b as usize]);
            by_value.then_with(|| a.cmp(b))
        });
    }
    order
}
