//! The axes of charts: where a value is, and where the marks are.

use std::ops::Range;

use chrono::{NaiveDateTime, TimeDelta, Timelike};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use crate::space::distribution::Distribution;

/// What the values of an axis are.
#[derive(Debug, Clone)]
enum Scale {
    Linear {
        whole: bool,
    },
    /// Values are kept as their natural logarithms.
    Log,
    /// The choices at 0, 1, …
    Places(Vec<String>),
    /// Seconds since a moment.
    Moments(NaiveDateTime),
}

/// An axis from its lower to its upper end.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    scale: Scale,
}

/// How much of an axis is free at each end, so that dots there are whole.
const MARGIN: f64 = 0.03;
/// From this ratio of the largest to the smallest result on, results are shown on a logarithmic axis.
const WIDE: f64 = 1000.0;
/// How many letters there is room for below a chart, and the most of a mark.
const LETTERS: usize = 40;
const LONGEST: usize = 12;

impl Axis {
    /// Results: logarithmic, if they are of very different sizes.
    pub(super) fn of_results(values: impl Iterator<Item = f64> + Clone) -> Self {
        let (low, high) = ends(values);
        let scale = if low > 0.0 && high / low >= WIDE {
            Scale::Log
        } else {
            Scale::Linear { whole: false }
        };
        Self::over(low, high, scale)
    }

    /// Whole numbers, such as those of trials.
    pub(super) fn of_numbers(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = ends(values);
        Self::over(low, high, Scale::Linear { whole: true })
    }

    /// Moments as seconds since `start`.
    pub(super) fn of_seconds(start: NaiveDateTime, seconds: f64) -> Self {
        Self::over(0.0, seconds.max(1.0), Scale::Moments(start))
    }

    /// Names at 0, 1, …
    pub(super) fn of_places(names: Vec<String>) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "not that many")]
        let high = names.len() as f64 - 0.5;
        Self {
            low: -0.5,
            high,
            scale: Scale::Places(names),
        }
    }

    /// The values of a parameter, and those that were drawn when its range was another one.
    pub(super) fn of_param(distribution: &Distribution, stored: impl Iterator<Item = f64>) -> Self {
        let (range, scale) = match distribution {
            Distribution::Categorical(choices) => {
                let names = choices.iter().map(|choice| match choice.as_str() {
                    Some(text) => text.to_owned(),
                    None => choice.to_string(),
                });
                return Self::of_places(names.collect());
            }
            Distribution::Float(range) => (
                [range.low(), range.high()],
                match range.is_log() {
                    true => Scale::Log,
                    false => Scale::Linear { whole: false },
                },
            ),
            #[allow(clippy::cast_precision_loss, reason = "a place on a chart")]
            Distribution::Int(range) => (
                [range.low() as f64, range.high() as f64],
                match range.is_log() {
                    true => Scale::Log,
                    false => Scale::Linear { whole: true },
                },
            ),
        };
        let (low, high) = ends(range.into_iter().chain(stored));
        let scale = match scale {
            // A value of another range.
            Scale::Log if low <= 0.0 => Scale::Linear { whole: false },
            scale => scale,
        };
        Self::over(low, high, scale)
    }

    fn over(low: f64, high: f64, scale: Scale) -> Self {
        let (low, high) = match scale {
            Scale::Log => (low.ln(), high.ln()),
            _ => (low, high),
        };
        // Halves, because the whole may be more than the largest number.
        let half = high / 2.0 - low / 2.0;
        let margin = match half > 0.0 {
            true => 2.0 * MARGIN * half,
            false => (low.abs() * 0.05).max(f64::MIN_POSITIVE).max(match scale {
                Scale::Linear { whole: true } | Scale::Log => 0.5,
                _ if low == 0.0 => 1.0,
                _ => 0.0,
            }),
        };
        Self {
            low: (low - margin).max(f64::MIN),
            high: (high + margin).min(f64::MAX),
            scale,
        }
    }

    pub(super) fn is_log(&self) -> bool {
        matches!(self.scale, Scale::Log)
    }

    /// Whether a value has a place.
    pub(super) fn has(&self, value: f64) -> bool {
        value.is_finite() && (!self.is_log() || value > 0.0)
    }

    /// Its place from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        let value = match self.scale {
            Scale::Log => value.ln(),
            _ => value,
        };
        let half = self.high / 2.0 - self.low / 2.0;
        ((value / 2.0 - self.low / 2.0) / half).clamp(0.0, 1.0)
    }

    /// At most about so many places for marks.
    fn marks(&self, most: usize) -> Vec<f64> {
        let most = most.max(2);
        match &self.scale {
            Scale::Linear { whole } => {
                let step = nice_step(self.low, self.high, most);
                multiples(
                    self.low,
                    self.high,
                    if *whole { step.max(1.0) } else { step },
                )
            }
            Scale::Log => {
                let tens = self.powers(&[1.0]);
                if tens.len() >= 3 {
                    let every = tens.len().div_ceil(most + 1);
                    return tens.into_iter().step_by(every).collect();
                }
                let more = self.powers(&[1.0, 2.0, 5.0]);
                if more.len() >= 3 {
                    return more;
                }
                let (low, high) = (self.low.exp(), self.high.exp());
                multiples(low, high, nice_step(low, high, most))
            }
            Scale::Places(names) => {
                let step = names.len().div_ceil(most.max(8)).max(1);
                #[allow(clippy::cast_precision_loss, reason = "not that many")]
                (0..names.len()).step_by(step).map(|i| i as f64).collect()
            }
            Scale::Moments(start) => {
                const STEPS: [f64; 17] = [
                    1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0,
                    3600.0, 7200.0, 10_800.0, 21_600.0, 43_200.0,
                ];
                #[allow(clippy::cast_precision_loss, reason = "a few")]
                let least = (self.high - self.low) / most as f64;
                let step = STEPS.into_iter().find(|step| *step >= least);
                let days = || {
                    nice_step(self.low / 86_400.0, self.high / 86_400.0, most).max(1.0) * 86_400.0
                };
                // At full minutes and hours of the clock.
                let clock = f64::from(start.num_seconds_from_midnight());
                let marks = multiples(
                    self.low + clock,
                    self.high + clock,
                    step.unwrap_or_else(days),
                );
                marks.into_iter().map(|mark| mark - clock).collect()
            }
        }
    }

    /// Some multiples of powers of ten.
    fn powers(&self, multiples: &[f64]) -> Vec<f64> {
        let ten = std::f64::consts::LN_10;
        #[allow(clippy::cast_possible_truncation, reason = "at most 309")]
        let (first, last) = (
            (self.low / ten).floor() as i32,
            (self.high / ten).ceil() as i32,
        );
        (first..=last)
            .flat_map(|power| {
                multiples
                    .iter()
                    .map(move |multiple| multiple * 10_f64.powi(power))
            })
            .filter(|value| *value > 0.0 && (self.low..=self.high).contains(&value.ln()))
            .collect()
    }

    /// The text of a mark.
    pub(super) fn mark(&self, value: f64) -> String {
        match &self.scale {
            Scale::Linear { .. } => number(value, self.high / 2.0 - self.low / 2.0),
            Scale::Log => number(value, value),
            Scale::Places(names) => {
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a place"
                )]
                let place = value.round() as usize;
                let most = (LETTERS / names.len().clamp(1, 8)).min(LONGEST);
                names
                    .get(place)
                    .map(|name| squeezed(name, most))
                    .unwrap_or_default()
            }
            Scale::Moments(start) => {
                #[allow(clippy::cast_possible_truncation, reason = "ends at the limits")]
                let moment = TimeDelta::try_milliseconds((value * 1000.0) as i64)
                    .and_then(|since| start.checked_add_signed(since));
                let form = match self.high - self.low {
                    span if span > 2.0 * 86_400.0 => "%m-%d",
                    span if span > 600.0 => "%H:%M",
                    _ => "%H:%M:%S",
                };
                moment
                    .map(|moment| moment.format(form).to_string())
                    .unwrap_or_default()
            }
        }
    }

    /// At most about so many places with their texts.
    pub(super) fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        let marks = self.marks(most).into_iter();
        marks.map(|value| (value, self.mark(value))).collect()
    }

    /// The most letters of a mark, where there are at most about `most`.
    pub(super) fn longest_mark(&self, most: usize) -> usize {
        let marks = self.marks(most).into_iter();
        marks
            .map(|value| self.mark(value).chars().count())
            .max()
            .unwrap_or(0)
    }
}

/// The smallest and the largest finite value; 0 and 1 without any.
fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    let ends = finite.fold(None, |ends: Option<(f64, f64)>, value| {
        Some(ends.map_or((value, value), |(low, high)| {
            (low.min(value), high.max(value))
        }))
    });
    ends.unwrap_or((0.0, 1.0))
}

/// 1, 2 or 5 times a power of ten, so that at most about `most` of them lie between.
fn nice_step(low: f64, high: f64, most: usize) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a few")]
    let least = (high / most as f64 - low / most as f64).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|nice| nice * power);
    step.into_iter()
        .find(|step| *step >= least * 0.8)
        .unwrap_or(least)
}

/// The multiples of `step` from `low` to `high`.
fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    let first = (low / step).ceil();
    // Far from zero, where a step is less than the next number, there would be no end.
    let places = (0..50).map(|i| (first + f64::from(i)) * step);
    let mut values: Vec<f64> = places.take_while(|value| *value <= high).collect();
    values.dedup();
    values
}

/// A number whose last digits tell it apart from others at this distance.
fn number(value: f64, distance: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = value.abs().max(distance.abs().min(1e300));
    if !(1e-3..1e6).contains(&size) {
        let text = format!("{value:.3e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{power}", trimmed(digits));
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "ends at the limits"
    )]
    let decimals = (2.0 - distance.abs().max(1e-12).log10().floor()).clamp(0.0, 12.0) as usize;
    trimmed(&format!("{value:.decimals$}")).to_owned()
}

fn trimmed(digits: &str) -> &str {
    match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.'),
        false => digits,
    }
}

/// The beginning of a text.
pub(super) fn shortened(text: &str, most: usize) -> String {
    // As it will be shown, where an escape has several letters.
    let text = crate::shown::shown(text);
    match text.char_indices().nth(most) {
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
        None => text.into_owned(),
    }
}

/// The beginning and the end of a name: names of groups begin alike.
pub(super) fn squeezed(name: &str, most: usize) -> String {
    let name: Vec<char> = crate::shown::shown(name).chars().collect();
    if name.len() <= most {
        return name.into_iter().collect();
    }
    let (head, tail) = ((most - 1) / 2, most / 2);
    let tail = &name[name.len() - tail..];
    name[..head].iter().chain(&['…']).chain(tail).collect()
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        #[allow(clippy::cast_possible_truncation, reason = "a share of the canvas")]
        let way = (self.share(*value) * f64::from(last - first)).round() as i32;
        first + way
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        self.marks(hint.max_num_points())
    }

    fn range(&self) -> Range<f64> {
        match self.scale {
            Scale::Log => self.low.exp()..self.high.exp(),
            _ => self.low..self.high,
        }
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.mark(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(axis: &Axis, most: usize) -> Vec<String> {
        axis.marks(most)
            .into_iter()
            .map(|value| axis.mark(value))
            .collect()
    }

    #[test]
    fn marks_are_round_and_differ() {
        let axis = |values: &[f64]| Axis::of_results(values.iter().copied());
        assert_eq!(
            marks(&axis(&[0.0, 1.0]), 5),
            ["0", "0.2", "0.4", "0.6", "0.8", "1"]
        );
        assert_eq!(
            marks(&axis(&[0.96121, 0.96125]), 4),
            ["0.96121", "0.96122", "0.96123", "0.96124", "0.96125"]
        );
        assert_eq!(
            marks(&axis(&[1e-5, 1e3]), 5),
            ["1e-5", "0.001", "0.1", "10", "1000"]
        );
        assert_eq!(marks(&axis(&[2e7, 9e7]), 4), ["2e7", "4e7", "6e7", "8e7"]);
        let whole = Axis::of_numbers([0.0, 3.0].into_iter());
        assert_eq!(marks(&whole, 8), ["0", "1", "2", "3"]);
    }

    #[test]
    fn any_values_have_an_axis() {
        let largest = f64::MAX;
        for values in [
            vec![],
            vec![0.0],
            vec![5.0],
            vec![-3.5, -3.5],
            vec![-largest, largest],
            vec![largest],
            vec![f64::MIN_POSITIVE, largest],
            vec![1e300, 1e300 + 1e284],
            vec![f64::NAN, f64::INFINITY, 2.0],
            vec![5e-324],
        ] {
            for axis in [
                Axis::of_results(values.clone().into_iter()),
                Axis::of_numbers(values.clone().into_iter()),
            ] {
                assert!(axis.low < axis.high, "{values:?}: {axis:?}");
                for value in values.iter().filter(|value| axis.has(**value)) {
                    let share = axis.share(*value);
                    assert!(
                        (0.0..=1.0).contains(&share),
                        "{value} of {values:?}: {axis:?}"
                    );
                }
                assert!(axis.marks(5).len() < 20, "{values:?}");
            }
        }
    }
}
