//! How the values of a parameter are spread, on a grid of a few cells.

use super::count;
use crate::space::distribution::Distribution;

/// How many cells a grid has at most.
const MOST: usize = 50;

/// The weight of the uniform part, beside 1 for each value.
const PRIOR: f64 = 1.0;

/// The smallest bandwidth: 95 % or so of a kernel stay in their cell.
const NARROWEST: f64 = 0.5 / 1.64;

/// Keeps a cell that all trials avoid from weighing without a limit.
const TINY: f64 = 1e-12;

/// The cells of a distribution.
pub(super) enum Cells {
    /// So many choices, which have no order.
    Choices(usize),
    /// Points in a row.
    Points {
        low: f64,
        /// From one point to the next.
        step: f64,
        points: usize,
        /// Whether values are compared by their logarithms.
        log: bool,
    },
}

impl Cells {
    pub(super) fn of(distribution: &Distribution) -> Self {
        match distribution {
            Distribution::Categorical(choices) => Self::Choices(choices.len()),
            Distribution::Float(range) => {
                let (low, high) = (range.low(), range.high());
                let steps = range.grid_step().map(|step| ((high - low) / step).round());
                let values = if low < high {
                    steps.map_or(MOST, |steps| whole(steps).saturating_add(1))
                } else {
                    1
                };
                Self::points(low, high, range.is_log(), values)
            }
            Distribution::Int(range) => {
                let span = range.high().saturating_sub(range.low());
                let values = (span / range.grid_step().max(1)).saturating_add(1);
                let values = if values <= 1 {
                    1
                } else if range.is_log() {
                    // One for each doubling.
                    whole((decimal(span) + 1.0).log2().ceil()) + 1
                } else {
                    usize::try_from(values).unwrap_or(MOST)
                };
                let (low, high) = (decimal(range.low()), decimal(range.high()));
                Self::points(low, high, range.is_log(), values)
            }
        }
    }

    /// Evenly from one end to the other.
    fn points(low: f64, high: f64, log: bool, values: usize) -> Self {
        let (low, high) = if log {
            (low.ln(), high.ln())
        } else {
            (low, high)
        };
        let points = values.clamp(1, MOST);
        let step = (high - low) / count(points.saturating_sub(1).max(1));
        Self::Points {
            low,
            step,
            points,
            log,
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Choices(choices) => *choices,
            Self::Points { points, .. } => *points,
        }
    }

    /// How many of the stored values are in each cell: at the nearest point, in the middle at the lower one.
    fn counts(&self, values: &[f64]) -> Vec<f64> {
        let mut counts = vec![0.0; self.len()];
        for value in values {
            let cell = match self {
                Self::Choices(_) if *value < 0.0 => continue,
                Self::Choices(_) => whole(*value),
                Self::Points {
                    low,
                    step,
                    points,
                    log,
                } => {
                    let value = if *log { value.ln() } else { *value };
                    whole(((value - low) / step - 0.5).ceil()).min(points - 1)
                }
            };
            // Of a choice that does not exist nothing can be said.
            if let Some(count) = counts.get_mut(cell) {
                *count += 1.0;
            }
        }
        counts
    }
}

/// The probability of each cell.
pub(super) fn density(cells: &Cells, values: &[f64]) -> Vec<f64> {
    let counts = cells.counts(values);
    let total: f64 = counts.iter().sum::<f64>() + PRIOR;
    match cells {
        Cells::Choices(_) => over_choices(&counts, total),
        Cells::Points { .. } => over_points(&counts, total),
    }
}

/// Each choice that occurs has a kernel, which gives a part of its weight to all choices; the uniform part is one
/// more kernel.
fn over_choices(counts: &[f64], total: f64) -> Vec<f64> {
    let choices = count(counts.len());
    let kernels = count(counts.iter().filter(|count| **count > 0.0).count()) + 1.0;
    let smoothed = PRIOR / kernels;
    let whole = 1.0 + smoothed * choices;
    let values = total - PRIOR;
    let everywhere = (values * smoothed / whole + PRIOR / choices) / total;
    let cell = |count: &f64| count / whole / total + everywhere;
    counts.iter().map(cell).collect()
}

/// Each cell that is not empty has a normal kernel, cut off at the ends; the uniform part is a wide kernel in the
/// middle.
fn over_points(counts: &[f64], total: f64) -> Vec<f64> {
    let cells = count(counts.len());
    let bandwidth = bandwidth(counts);
    let mut density = vec![0.0; counts.len()];
    let mut add = |centre: f64, width: f64, weight: f64| {
        let inside = normal_between(-0.5, cells - 0.5, centre, width);
        for (i, cell) in density.iter_mut().enumerate() {
            let (low, high) = (count(i) - 0.5, count(i) + 0.5);
            *cell += weight / total * normal_between(low, high, centre, width) / inside;
        }
    };
    for (i, weight) in counts.iter().enumerate() {
        if *weight > 0.0 {
            add(count(i), bandwidth, *weight);
        }
    }
    add((cells - 1.0) / 2.0, cells, PRIOR);
    density
}

/// Scott's rule, on the cells' places.
fn bandwidth(counts: &[f64]) -> f64 {
    let values: f64 = counts.iter().sum();
    let places = || counts.iter().enumerate().map(|(i, n)| (count(i), *n));
    let mean = places().map(|(place, n)| place * n).sum::<f64>() / values;
    let squares: f64 = places().map(|(place, n)| (place - mean).powi(2) * n).sum();
    let deviation = (squares / (values - 1.0).max(1.0)).sqrt();
    let spread = quartiles(counts, values) / 1.34;
    (1.059 * spread.min(deviation) * values.powf(-0.2)).max(NARROWEST)
}

/// How far the quarters of the values are apart.
fn quartiles(counts: &[f64], values: f64) -> f64 {
    let mut sum = 0.0;
    let occupied = counts.iter().enumerate().filter(|(_, n)| **n > 0.0);
    let cumulated: Vec<(f64, f64)> = occupied
        .map(|(i, n)| {
            sum += n;
            (count(i), sum)
        })
        .collect();
    let lower = (values / 4.0).floor();
    let upper = (values * 3.0 / 4.0).floor();
    let at = |found: usize| cumulated[found.min(cumulated.len() - 1)].0;
    at(cumulated.partition_point(|(_, sum)| *sum <= upper))
        - at(cumulated.partition_point(|(_, sum)| *sum < lower))
}

/// The mass of a normal distribution between two places.
fn normal_between(low: f64, high: f64, centre: f64, width: f64) -> f64 {
    let (low, high) = ((low - centre) / width, (high - centre) / width);
    let below = |z: f64| 0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2);
    // From the side on which both are small, where nothing is lost.
    if low > 0.0 {
        below(-low) - below(-high)
    } else {
        below(high) - below(low)
    }
}

/// Pearson's divergence of the first from the second.
pub(super) fn divergence(top: &[f64], all: &[f64]) -> f64 {
    let cell = |(top, all): (&f64, &f64)| (top - all).powi(2) / (all + TINY);
    top.iter().zip(all).map(cell).sum()
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a conversion ends at the limits, and NaN is 0"
)]
fn whole(number: f64) -> usize {
    number as usize
}

#[allow(
    clippy::cast_precision_loss,
    reason = "integers beyond 2^53 are never declared"
)]
fn decimal(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optuna::read_distribution;

    fn cells(distribution: &str, attributes: &str) -> Cells {
        let text =
            format!(r#"{{"name": "{distribution}Distribution", "attributes": {attributes}}}"#);
        Cells::of(&read_distribution(&text).unwrap())
    }

    #[test]
    fn a_grid_has_a_cell_for_each_value_or_fifty() {
        let float = |low, high, step, log| {
            let attributes =
                format!(r#"{{"low": {low}, "high": {high}, "step": {step}, "log": {log}}}"#);
            cells("Float", &attributes).len()
        };
        assert_eq!(float("0.0", "1.0", "null", "false"), 50);
        assert_eq!(float("1e-5", "1e-1", "null", "true"), 50);
        assert_eq!(float("0.0", "0.5", "0.05", "false"), 11);
        assert_eq!(float("0.0", "1.0", "0.005", "false"), 50);
        assert_eq!(float("2.0", "2.0", "null", "false"), 1);
        let int = |low: i64, high: i64, step: i64, log: bool| {
            let attributes =
                format!(r#"{{"low": {low}, "high": {high}, "step": {step}, "log": {log}}}"#);
            cells("Int", &attributes).len()
        };
        assert_eq!(int(1, 8, 1, false), 8);
        assert_eq!(int(0, 100, 1, false), 50);
        assert_eq!(int(0, 100, 5, false), 21);
        assert_eq!(int(3, 3, 1, false), 1);
        assert_eq!(int(1, 1024, 1, true), 11);
        assert_eq!(int(4, 60, 1, true), 7);
        assert_eq!(int(i64::MIN, i64::MAX, 1, false), 50);
        assert_eq!(cells("Categorical", r#"{"choices": ["a", "b"]}"#).len(), 2);
    }

    #[test]
    fn a_value_is_counted_at_the_nearest_point() {
        let cells = cells("Int", r#"{"low": 1, "high": 4, "step": 1, "log": false}"#);
        // Foreign rows may lie anywhere.
        let values = [1.0, 1.4, 1.5, 1.6, 4.0, 9.0, -7.0, f64::NAN];
        assert_eq!(cells.counts(&values), [5.0, 1.0, 0.0, 2.0]);
        let choices = Cells::Choices(2);
        assert_eq!(choices.counts(&[0.0, 1.0, 1.0, 2.0, -1.0]), [1.0, 2.0]);
    }

    #[test]
    fn probabilities_add_up_to_one() {
        let narrow = cells("Int", r#"{"low": 0, "high": 7, "step": 1, "log": false}"#);
        for values in [&[0.0][..], &[3.0, 3.0, 3.0], &[0.0, 1.0, 7.0, 7.0]] {
            for cells in [&narrow, &Cells::Choices(8)] {
                let density = density(cells, values);
                let sum: f64 = density.iter().sum();
                assert!((sum - 1.0).abs() < 1e-12, "{sum}");
                assert!(density.iter().all(|cell| *cell > 0.0));
                assert!(divergence(&density, &density).abs() < f64::MIN_POSITIVE);
            }
        }
    }
}
