//! Which parameters mattered: PED-ANOVA (Watanabe et al., 2023), and its form for conditional parameters
//! (Baba et al., 2026).
//!
//! A parameter matters if its values among the best trials are spread differently from its values among all
//! trials. Both spreads are estimated on a grid, and the Pearson divergence between them is the
//! importance, scaled by how many trials the best ones are. The results are those of Optuna 5's
//! `PedAnovaImportanceEvaluator` with its defaults.
//!
//! A parameter that not every trial has, or whose range changed, is looked at in each *regime* by itself: the
//! trials that drew it from one distribution. A regime counts by its share of the best trials, squared, over
//! its share of all trials, so that a parameter gets no credit for the choice that switched it on.

mod density;

use std::collections::{BTreeMap, HashMap};

use crate::id::TrialState;
use crate::space::Direction;
use crate::space::distribution::Distribution;
use crate::trial::FrozenTrial;

use density::{Cells, density, divergence};

/// One of so many trials counts as one of the best.
const ONE_IN: usize = 10;

/// How much one parameter mattered.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Importance {
    /// The parameter.
    pub param: String,
    /// Its part of the importance of all parameters, which add up to 1.
    pub share: f64,
    /// The importance before it was made a share; 0 if the parameter does not tell the best trials from the
    /// others.
    pub divergence: f64,
}

/// How much each parameter that occurs in a complete trial mattered, the most important one first; equal ones
/// by their names. Trials in other states and infinite results are ignored, and so is feasibility, as in Optuna.
/// Where no parameter has any importance, all have equal shares.
///
/// `objective` is the number that is looked at, from 0, and `direction` says which way it goes.
///
/// [`DynamicStudy::importances`](crate::DynamicStudy::importances) reads the trials and calls it.
#[must_use]
pub fn importances(
    trials: &[FrozenTrial],
    objective: usize,
    direction: Direction,
) -> Vec<Importance> {
    let complete = trials
        .iter()
        .filter(|trial| trial.state == TrialState::Complete);
    let rows: Vec<(&FrozenTrial, f64)> = complete
        .filter_map(|trial| Some((trial, loss(*trial.values.get(objective)?, direction))))
        .collect();
    let mut divergences: BTreeMap<&str, f64> = rows
        .iter()
        .flat_map(|(trial, _)| trial.params.iter())
        .map(|param| (param.name(), 0.0))
        .collect();
    let finite: Vec<_> = rows.iter().filter(|(_, loss)| loss.is_finite()).collect();
    if let Some(limit) = limit(finite.iter().map(|(_, loss)| *loss).collect()) {
        let best = |loss: f64| loss <= limit;
        let all = count(finite.len());
        let top = count(finite.iter().filter(|(_, loss)| best(*loss)).count());
        for (name, regimes) in regimes(finite.iter().map(|(trial, loss)| (*trial, best(*loss)))) {
            let regimes = regimes.values().map(Regime::counted);
            let parts = regimes.map(|(divergence, of_top, of_all)| {
                divergence * (of_top / top).powi(2) / (of_all / all)
            });
            let sum: f64 = parts.sum();
            divergences.insert(name, sum * (top / all).powi(2));
        }
    }
    shares(divergences)
}

/// The number to minimize.
fn loss(value: f64, direction: Direction) -> f64 {
    match direction {
        Direction::Minimize => value,
        Direction::Maximize => -value,
    }
}

/// The loss up to which a trial counts as one of the best.
fn limit(mut losses: Vec<f64>) -> Option<f64> {
    losses.sort_unstable_by(f64::total_cmp);
    // Trials whose losses are equal to the last one's are among the best, too.
    let best = losses.len().div_ceil(ONE_IN);
    losses.get(best.checked_sub(1)?).copied()
}

/// The trials that drew a parameter from one distribution.
struct Regime<'a> {
    distribution: &'a Distribution,
    /// Stored values of all trials, and of the best ones.
    all: Vec<f64>,
    top: Vec<f64>,
}

impl Regime<'_> {
    /// How differently the best trials are spread, and how many of the best and of all there are.
    fn counted(&self) -> (f64, f64, f64) {
        let cells = Cells::of(self.distribution);
        let divergence = if self.top.is_empty() || cells.len() < 2 {
            0.0
        } else {
            let spread = |values: &[f64]| density(&cells, values);
            divergence(&spread(&self.top), &spread(&self.all))
        };
        (divergence, count(self.top.len()), count(self.all.len()))
    }
}

/// Tells distributions of one parameter apart; the choices of one never change.
type RegimeKey = (u64, u64, u64, bool);

fn key(distribution: &Distribution) -> RegimeKey {
    match distribution {
        Distribution::Float(range) => (
            range.low().to_bits(),
            range.high().to_bits(),
            range.grid_step().map_or(0, f64::to_bits),
            range.is_log(),
        ),
        Distribution::Int(range) => (
            range.low().cast_unsigned(),
            range.high().cast_unsigned(),
            range.grid_step().cast_unsigned(),
            range.is_log(),
        ),
        Distribution::Categorical(choices) => (choices.len() as u64, 0, 0, false),
    }
}

/// The regimes of each parameter.
fn regimes<'a>(
    trials: impl Iterator<Item = (&'a FrozenTrial, bool)>,
) -> HashMap<&'a str, BTreeMap<RegimeKey, Regime<'a>>> {
    let mut found: HashMap<&str, BTreeMap<RegimeKey, Regime<'_>>> = HashMap::new();
    for (trial, is_best) in trials {
        for param in &trial.params {
            let distribution = param.distribution();
            let regimes = found.entry(param.name()).or_default();
            let regime = regimes.entry(key(distribution)).or_insert_with(|| Regime {
                distribution,
                all: Vec::new(),
                top: Vec::new(),
            });
            regime.all.push(param.stored());
            if is_best {
                regime.top.push(param.stored());
            }
        }
    }
    found
}

fn shares(divergences: BTreeMap<&str, f64>) -> Vec<Importance> {
    let sum: f64 = divergences.values().sum();
    let equal = 1.0 / count(divergences.len());
    let importance = |(name, divergence): (&str, f64)| Importance {
        param: name.to_owned(),
        share: if sum > 0.0 { divergence / sum } else { equal },
        divergence,
    };
    let mut importances: Vec<Importance> = divergences.into_iter().map(importance).collect();
    // Stable, so that equal ones keep the order of their names.
    importances.sort_by(|a, b| b.divergence.total_cmp(&a.divergence));
    importances
}

#[allow(
    clippy::cast_precision_loss,
    reason = "nobody has 2^53 trials of a study"
)]
fn count(number: usize) -> f64 {
    number as f64
}
