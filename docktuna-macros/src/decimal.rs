//! Exact decimal numbers: 0.15 * 3 is 0.45 here, as in the user's text, and not 0.44999999999999996.

use std::cmp::Ordering;
use std::fmt;

/// `digits * 10^exponent`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal {
    digits: i128,
    exponent: i32,
}

/// How a step divides a range.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    /// How many whole steps fit.
    pub(crate) steps: i128,
    /// The last value that is drawn.
    pub(crate) last: Decimal,
    /// Whether that is the upper bound.
    pub(crate) exact: bool,
}

impl Decimal {
    /// The number that `text` is, such as `1.5e-3`; none if it has too many digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        Some(Self {
            digits,
            exponent: if digits == 0 { 0 } else { exponent },
        })
    }

    pub(crate) fn negate(self) -> Self {
        Self {
            digits: -self.digits,
            ..self
        }
    }

    /// The integer that this is.
    pub(crate) fn integer(self) -> Option<i128> {
        (self.exponent >= 0).then(|| self.scaled(0)).flatten()
    }

    pub(crate) fn is_positive(self) -> bool {
        self.digits > 0
    }

    /// The order of two numbers; none if they lie too far apart to be compared exactly.
    pub(crate) fn compare(self, other: Self) -> Option<Ordering> {
        let signs = self.digits.signum().cmp(&other.digits.signum());
        if signs != Ordering::Equal {
            return Some(signs);
        }
        let exponent = self.exponent.min(other.exponent);
        Some(self.scaled(exponent)?.cmp(&other.scaled(exponent)?))
    }

    /// How `step`, which is positive, divides the numbers from `low` to `high`; none if that takes
    /// more digits than there are.
    pub(crate) fn grid(low: Self, high: Self, step: Self) -> Option<Grid> {
        let exponent = low.exponent.min(high.exponent).min(step.exponent);
        let (first, end) = (low.scaled(exponent)?, high.scaled(exponent)?);
        let step = step.scaled(exponent).filter(|step| *step > 0)?;
        let steps = end.checked_sub(first)?.div_euclid(step);
        let last = first.checked_add(steps.checked_mul(step)?)?;
        Some(Grid {
            steps,
            last: Self {
                digits: last,
                exponent,
            },
            exact: last == end,
        })
    }

    /// The digits at a smaller exponent.
    fn scaled(self, exponent: i32) -> Option<i128> {
        let shift = u32::try_from(self.exponent.checked_sub(exponent)?).ok()?;
        if self.digits == 0 {
            return Some(0);
        }
        self.digits.checked_mul(10_i128.checked_pow(shift)?)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let mut digits = self.digits.unsigned_abs().to_string();
        let mut exponent = self.exponent;
        while exponent < 0 && digits.len() > 1 && digits.ends_with('0') {
            digits.pop();
            exponent += 1;
        }
        match usize::try_from(exponent.unsigned_abs()) {
            Ok(shift) if shift <= 20 && exponent < 0 => {
                let digits = format!("{digits:0>width$}", width = shift + 1);
                let (whole, fraction) = digits.split_at(digits.len() - shift);
                write!(f, "{sign}{whole}.{fraction}")
            }
            Ok(shift) if shift <= 20 => write!(f, "{sign}{digits}{}", "0".repeat(shift)),
            _ => write!(f, "{sign}{digits}e{exponent}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).expect("a decimal")
    }

    #[test]
    fn grids_are_exact() {
        let grid = |low, high, step| {
            Decimal::grid(decimal(low), decimal(high), decimal(step))
                .map(|grid| (grid.steps, grid.last.to_string(), grid.exact))
        };
        assert_eq!(
            grid("0.0", "0.5", "0.05"),
            Some((10, "0.5".to_owned(), true))
        );
        assert_eq!(
            grid("0.0", "0.5", "0.15"),
            Some((3, "0.45".to_owned(), false))
        );
        assert_eq!(grid("1e-3", "1", "1e-3"), Some((999, "1".to_owned(), true)));
        assert_eq!(grid("1", "8", "2"), Some((3, "7".to_owned(), false)));
        assert_eq!(grid("0", "1e300", "1e-300"), None);
    }

    #[test]
    fn numbers_far_apart_are_not_compared() {
        let compare = |a, b| decimal(a).compare(decimal(b));
        assert_eq!(compare("1e-5", "0.1"), Some(Ordering::Less));
        assert_eq!(compare("0.10", "1e-1"), Some(Ordering::Equal));
        assert_eq!(compare("0", "1e300"), Some(Ordering::Less));
        assert_eq!(compare("1e-300", "1e300"), None);
    }

    #[test]
    fn odd_texts_are_no_decimals() {
        for text in ["", ".", "e", "1e", "1e99999999999", "0x10", "inf"] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
        assert!(Decimal::parse(&"9".repeat(60)).is_none());
        assert_eq!(decimal("1.").to_string(), "1");
        assert_eq!(decimal("0.000").to_string(), "0");
        assert_eq!(decimal("1.50e-30").to_string(), "15e-31");
        assert_eq!(decimal("0.5").negate().to_string(), "-0.5");
    }
}
