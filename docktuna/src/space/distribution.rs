//! The distribution of a stored parameter: the owned counterpart of a declared [`Domain`].

use std::borrow::Cow;
use std::fmt;

use crate::space::{ChoiceDomain, Domain, FloatDomain, GRID_TOLERANCE, IntDomain, Value, list};

/// The distribution that a stored parameter was drawn from, declared here or in Python.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Distribution {
    /// Optuna's `FloatDistribution`.
    Float(FloatDomain),
    /// Optuna's `IntDistribution`.
    Int(IntDomain),
    /// Optuna's `CategoricalDistribution`.
    Categorical(Cow<'static, [Value]>),
}

impl Distribution {
    /// The value that a stored number stands for; `None` for an index without a choice.
    #[must_use]
    pub fn value(&self, stored: f64) -> Option<Value> {
        match self {
            Self::Float(_) => Some(Value::Float(stored)),
            Self::Int(_) => Some(Value::Int(truncated(stored))),
            Self::Categorical(choices) => choice(choices, stored).cloned(),
        }
    }

    /// The number that stands for `value`, if it can be drawn from this distribution.
    #[must_use]
    pub fn stored(&self, value: &Value) -> Option<f64> {
        match self {
            Self::Float(range) => range.stored(value),
            Self::Int(range) => range.stored(value),
            Self::Categorical(choices) => index(choices, value),
        }
    }

    /// Whether a stored number can be drawn from this distribution.
    #[must_use]
    pub fn contains(&self, stored: f64) -> bool {
        match self {
            Self::Float(range) => range.contains(stored),
            Self::Int(range) => range.contains(stored),
            Self::Categorical(choices) => choice(choices, stored).is_some(),
        }
    }

    /// Whether Optuna accepts both distributions for one parameter of a study: they have the same kind
    /// and the same log flag, or the same choices in the same order. Ranges and steps may differ.
    #[must_use]
    pub fn is_compatible(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => a.log == b.log,
            (Self::Int(a), Self::Int(b)) => a.log == b.log,
            (Self::Categorical(a), Self::Categorical(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.same(b))
            }
            _ => false,
        }
    }

    /// The same choices in another order.
    pub(crate) fn is_reordered(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Categorical(a), Self::Categorical(b)) => {
                let in_other = |choice: &Value| position(b, choice);
                let mut places: Vec<usize> = a.iter().filter_map(in_other).collect();
                places.sort_unstable();
                places.dedup();
                places.len() == a.len() && a.len() == b.len()
            }
            _ => false,
        }
    }
}

impl From<Domain> for Distribution {
    fn from(domain: Domain) -> Self {
        match domain {
            Domain::Float(range) => Self::Float(range.on_grid()),
            Domain::Int(range) => Self::Int(range),
            Domain::Choice(list) => Self::Categorical(Cow::Borrowed(list.choices)),
        }
    }
}

/// What may be drawn, as it stands in messages: `1..=8`, `["sgd", "adam_w"]`.
impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float(range) => {
                write!(f, "{:?}..={:?}", range.low, range.high)?;
                if let Some(step) = range.step {
                    write!(f, " step {step:?}")?;
                }
                f.write_str(if range.log { " log" } else { "" })
            }
            Self::Int(range) => {
                write!(f, "{}..={}", range.low, range.high)?;
                if range.step != 1 {
                    write!(f, " step {}", range.step)?;
                }
                f.write_str(if range.log { " log" } else { "" })
            }
            Self::Categorical(choices) => f.write_str(&list(choices.iter())),
        }
    }
}

impl Domain {
    /// The value behind a stored number that lies in this domain.
    pub(crate) fn value(&self, stored: f64) -> Value {
        match self {
            Self::Float(_) => Value::Float(stored),
            Self::Int(_) => Value::Int(truncated(stored)),
            Self::Choice(ChoiceDomain { choices, .. }) => {
                choice(choices, stored).cloned().unwrap_or(Value::None)
            }
        }
    }

    /// The number that stands for `value`, if it lies in this domain.
    pub(crate) fn stored(&self, value: &Value) -> Option<f64> {
        match self {
            Self::Float(range) => range.stored(value),
            Self::Int(range) => range.stored(value),
            Self::Choice(list) => index(list.choices, value),
        }
    }

    /// The place of the choice that `value` is, if these are choices.
    #[cfg(feature = "storage")]
    pub(crate) fn index(&self, value: &Value) -> Option<usize> {
        match self {
            Self::Choice(list) => position(list.choices, value),
            Self::Float(_) | Self::Int(_) => None,
        }
    }
}

impl FloatDomain {
    /// The smallest value.
    #[must_use]
    pub const fn low(&self) -> f64 {
        self.low
    }

    /// The largest value.
    #[must_use]
    pub const fn high(&self) -> f64 {
        self.high
    }

    /// The distance between neighbouring values, if not all are allowed.
    #[must_use]
    pub const fn grid_step(&self) -> Option<f64> {
        self.step
    }

    /// Whether it is searched in the logarithm.
    #[must_use]
    pub const fn is_log(&self) -> bool {
        self.log
    }

    /// Whether `value` lies in the range and, with a step, on its grid.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        let in_range = self.low <= value && value <= self.high;
        in_range
            && self.step.is_none_or(|step| {
                let steps = (value - self.low) / step;
                (steps - steps.round()).abs() < GRID_TOLERANCE
            })
    }

    fn stored(&self, value: &Value) -> Option<f64> {
        value.as_f64().filter(|number| self.contains(*number))
    }

    /// The same range with its upper bound on the grid, as every reader of Optuna puts it: computed
    /// in decimal arithmetic on the shortest texts of the three numbers.
    pub(crate) fn on_grid(mut self) -> Self {
        if let Some(step) = self.step {
            self.high = grid_end(self.low, self.high, step);
        }
        self
    }
}

impl IntDomain {
    /// The smallest value.
    #[must_use]
    pub const fn low(&self) -> i64 {
        self.low
    }

    /// The largest value.
    #[must_use]
    pub const fn high(&self) -> i64 {
        self.high
    }

    /// The distance between neighbouring values, 1 unless declared.
    #[must_use]
    pub const fn grid_step(&self) -> i64 {
        self.step
    }

    /// Whether it is searched in the logarithm.
    #[must_use]
    pub const fn is_log(&self) -> bool {
        self.log
    }

    /// Whether `value` is an integer of the range and, with a step, on its grid.
    #[must_use]
    #[allow(clippy::float_cmp, reason = "asks whether it is exactly an integer")]
    pub fn contains(&self, value: f64) -> bool {
        let integer = truncated(value);
        value.trunc() == value
            && self.low <= integer
            && integer <= self.high
            && (i128::from(integer) - i128::from(self.low)) % i128::from(self.step) == 0
    }

    /// Compared as integers: beyond 2^53 a double may be another one.
    #[allow(
        clippy::cast_precision_loss,
        reason = "a declared integer is below 2^53"
    )]
    fn stored(&self, value: &Value) -> Option<f64> {
        match value {
            Value::Int(integer) if (self.low..=self.high).contains(integer) => {
                Some(*integer as f64).filter(|number| self.contains(*number))
            }
            _ => None,
        }
    }
}

/// Optuna cuts stored integers and indices toward zero; numbers beyond 64 bits go to the nearest
/// end.
#[allow(clippy::cast_possible_truncation, reason = "cutting is the rule")]
fn truncated(stored: f64) -> i64 {
    stored as i64
}

fn choice(choices: &[Value], stored: f64) -> Option<&Value> {
    usize::try_from(truncated(stored))
        .ok()
        .and_then(|index| choices.get(index))
}

#[allow(clippy::cast_precision_loss, reason = "an index is small")]
fn index(choices: &[Value], value: &Value) -> Option<f64> {
    position(choices, value).map(|index| index as f64)
}

fn position(choices: &[Value], value: &Value) -> Option<usize> {
    choices.iter().position(|choice| choice.same(value))
}

/// The last value of the grid that starts at `low` and does not pass `high`.
fn grid_end(low: f64, high: f64, step: f64) -> f64 {
    fn exact(low: f64, high: f64, step: f64) -> Option<f64> {
        let numbers = [decimal(low)?, decimal(high)?, decimal(step)?];
        let exponent = numbers.iter().map(|(_, exponent)| *exponent).min()?;
        let mut scaled = [0_i128; 3];
        for (slot, (digits, own)) in scaled.iter_mut().zip(numbers) {
            let factor = 10_i128.checked_pow(u32::try_from(own - exponent).ok()?)?;
            *slot = digits.checked_mul(factor)?;
        }
        let [low, high, step] = scaled;
        let range = high.checked_sub(low)?;
        let end = low.checked_add(range / step * step)?;
        format!("{end}e{exponent}").parse().ok()
    }
    exact(low, high, step).unwrap_or_else(|| low + ((high - low) / step).floor() * step)
}

/// The shortest decimal text of a finite number as digits and a power of ten.
fn decimal(number: f64) -> Option<(i128, i32)> {
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}").parse().ok()?;
    Some((digits, exponent - i32::try_from(fraction.len()).ok()?))
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "these numbers are exact")]
mod tests {
    use super::*;

    fn float(low: f64, high: f64, step: f64) -> FloatDomain {
        FloatDomain {
            low,
            high,
            step: Some(step),
            log: false,
        }
    }

    #[test]
    fn upper_bounds_move_onto_the_grid_in_decimal_arithmetic() {
        assert_eq!(float(0.1, 1.0, 0.2).on_grid().high, 0.9);
        assert_eq!(float(0.0, 1.0, 0.3).on_grid().high, 0.9);
        assert_eq!(float(0.0, 0.5, 0.05).on_grid().high, 0.5);
        assert_eq!(float(-1.0, 1.0, 5.0).on_grid().high, -1.0);
        assert_eq!(float(1e-300, 1e300, 1e10).on_grid().low, 1e-300);
    }

    #[test]
    fn membership_follows_the_grid() {
        let range = float(0.0, 0.5, 0.05);
        assert!(range.contains(0.150_000_000_000_000_02));
        assert!(!range.contains(0.12) && !range.contains(0.55) && !range.contains(f64::NAN));
        let range = IntDomain::new(1, 9).step(4);
        assert!(range.contains(5.0) && !range.contains(6.0) && !range.contains(5.5));
    }

    #[test]
    fn stored_integers_are_cut_toward_zero() {
        let range = Distribution::Int(IntDomain::new(-9, 9));
        assert_eq!(range.value(3.9), Some(Value::Int(3)));
        assert_eq!(range.value(-3.9), Some(Value::Int(-3)));
    }

    #[test]
    fn choices_are_found_as_python_finds_them() {
        let choices = [
            Value::Bool(true),
            Value::Int(1),
            Value::Int(0),
            Value::Bool(false),
        ];
        let list = Distribution::Categorical(choices.to_vec().into());
        assert_eq!(list.stored(&Value::Int(1)), Some(0.0));
        assert_eq!(list.stored(&Value::Bool(false)), Some(2.0));
        assert_eq!(list.stored(&Value::None), None);
        assert_eq!(list.value(4.0), None);
    }

    #[test]
    fn only_ranges_may_move() {
        let wide = Distribution::Int(IntDomain::new(1, 8));
        assert!(wide.is_compatible(&Distribution::Int(IntDomain::new(1, 4))));
        assert!(!wide.is_compatible(&Distribution::Int(IntDomain::new(1, 8).log())));
        assert!(!wide.is_compatible(&Distribution::Float(FloatDomain::new(1.0, 8.0))));
    }
}
