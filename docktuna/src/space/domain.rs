//! The set one parameter is drawn from, described in const evaluation.

use super::{Value, single};

/// Integers beyond this cannot be told apart in the database, which stores doubles.
pub(crate) const EXACT: i64 = 1 << 53;

/// How far from the step grid a value may lie and still count as on it, in steps.
pub(crate) const GRID_TOLERANCE: f64 = 1e-8;

/// What one parameter is drawn from.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Domain {
    /// A range of real numbers.
    Float(FloatDomain),
    /// A range of integers.
    Int(IntDomain),
    /// A list of values.
    Choice(ChoiceDomain),
}

/// A closed range of real numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FloatDomain {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) step: Option<f64>,
    pub(crate) log: bool,
}

/// A closed range of integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntDomain {
    pub(crate) low: i64,
    pub(crate) high: i64,
    pub(crate) step: i64,
    pub(crate) log: bool,
}

/// A list of values, at least one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChoiceDomain {
    pub(crate) choices: &'static [Value],
    pub(crate) ordered: bool,
}

/// Which values a field's type holds.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Kind {
    /// `f64`.
    F64,
    /// `f32`.
    F32,
    /// An integer type, with its smallest and largest value (those of `u128` cut to `i128`).
    Int {
        /// The smallest value.
        min: i128,
        /// The largest value.
        max: i128,
    },
    /// An integer type without 0 between its smallest and its largest value.
    NotZero {
        /// The smallest value.
        min: i128,
        /// The largest value.
        max: i128,
    },
    /// Texts.
    Text,
    /// Texts of one character.
    Character,
    /// Booleans.
    Bool,
}

impl Kind {
    /// The integers of this kind but 0.
    #[must_use]
    pub(crate) const fn without_zero(self) -> Self {
        match self {
            Self::Int { min: 0, max } => Self::Int { min: 1, max },
            Self::Int { min, max } => Self::NotZero { min, max },
            other => other,
        }
    }
}

/// A bound or step, read as both kinds of number; [`Kind`] says which one counts.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// The bound of a float field.
    pub float: f64,
    /// The bound of an integer field.
    pub int: i128,
}

impl Bound {
    /// A constant of a field of `kind`, cast to both kinds of number. An `f32` is read as the decimal
    /// that it prints as, like a literal.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "it was an f32 before the cast"
    )]
    pub const fn constant(kind: Kind, float: f64, int: i128) -> Self {
        let float = match kind {
            Kind::F32 => single::decimal(float as f32),
            _ => float,
        };
        Self { float, int }
    }
}

impl FloatDomain {
    /// The numbers from `low` to `high`, both included.
    ///
    /// # Panics
    ///
    /// If a bound is not finite, or `low` is above `high`. In a `const` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(low: f64, high: f64) -> Self {
        assert!(
            low.is_finite() && high.is_finite(),
            "bounds must be finite numbers"
        );
        assert!(
            low <= high,
            "the lower bound is above the upper bound; help: swap them"
        );
        Self {
            low,
            high,
            step: None,
            log: false,
        }
    }

    /// The range of an `f32` field.
    #[track_caller]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::float_cmp,
        reason = "asks what becomes of the bounds"
    )]
    const fn of_single(low: f64, high: f64) -> Self {
        let range = Self::new(low, high);
        assert!(
            (low as f32).is_finite() && (high as f32).is_finite(),
            "a bound does not fit in the field's type"
        );
        assert!(
            low == high || low as f32 != high as f32,
            "both bounds are the same number in f32; help: use f64, or `fixed`"
        );
        range
    }

    /// Draws uniformly in the logarithm.
    ///
    /// # Panics
    ///
    /// If the lower bound is not above 0, or the range has a step.
    #[must_use]
    #[track_caller]
    pub const fn log(mut self) -> Self {
        assert!(self.low > 0.0, "a log scale needs a lower bound above 0");
        assert!(
            self.step.is_none(),
            "`log` and `step` cannot be combined; help: keep one"
        );
        self.log = true;
        self
    }

    /// Allows only `low`, `low + step`, `low + 2 step`, ….
    ///
    /// # Panics
    ///
    /// If the step is not above 0, or the range is on a log scale or no multiple of the step.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "rounding is not const"
    )]
    #[track_caller]
    pub const fn step(mut self, step: f64) -> Self {
        assert!(step > 0.0 && step.is_finite(), "a step must be above 0");
        assert!(
            !self.log,
            "`log` and `step` cannot be combined; help: keep one"
        );
        let steps = (self.high - self.low) / step;
        let nearest = (steps + 0.5) as i64 as f64;
        assert!(
            nearest >= 1.0,
            "the step is larger than the range; help: use `fixed`"
        );
        let off = steps - nearest;
        assert!(
            off < GRID_TOLERANCE && off > -GRID_TOLERANCE,
            "the range is not a multiple of the step; help: move the upper bound onto the grid"
        );
        self.step = Some(step);
        self
    }
}

impl IntDomain {
    /// The integers from `low` to `high`, both included.
    ///
    /// # Panics
    ///
    /// If `low` is above `high`, or a bound is beyond 2^53.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "checked against 2^53 just before"
    )]
    #[track_caller]
    pub const fn new(low: i128, high: i128) -> Self {
        assert!(
            low <= high,
            "the lower bound is above the upper bound; help: swap them"
        );
        assert!(
            low >= -(EXACT as i128) && high <= EXACT as i128,
            "integers beyond 2^53 cannot be stored exactly (numbers are stored as doubles)"
        );
        Self {
            low: low as i64,
            high: high as i64,
            step: 1,
            log: false,
        }
    }

    /// Draws uniformly in the logarithm.
    ///
    /// # Panics
    ///
    /// If the lower bound is below 1, or the range has a step.
    #[must_use]
    #[track_caller]
    pub const fn log(mut self) -> Self {
        assert!(
            self.low >= 1,
            "a log scale needs a lower bound of at least 1"
        );
        assert!(
            self.step == 1,
            "`log` and `step` cannot be combined; help: keep one"
        );
        self.log = true;
        self
    }

    /// Allows only `low`, `low + step`, `low + 2 step`, ….
    ///
    /// # Panics
    ///
    /// If the step is not above 0, or the range is on a log scale or no multiple of the step.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "not larger than the range, which fits"
    )]
    #[track_caller]
    pub const fn step(mut self, step: i128) -> Self {
        assert!(step > 0, "a step must be above 0");
        assert!(
            !self.log,
            "`log` and `step` cannot be combined; help: keep one"
        );
        let width = (self.high - self.low) as i128;
        assert!(
            step <= width,
            "the step is larger than the range; help: use `fixed`"
        );
        assert!(
            width % step == 0,
            "the range is not a multiple of the step; help: move the upper bound onto the grid"
        );
        self.step = step as i64;
        self
    }
}

impl ChoiceDomain {
    /// The values of the list.
    ///
    /// # Panics
    ///
    /// If the list is empty.
    #[must_use]
    #[track_caller]
    pub const fn new(choices: &'static [Value]) -> Self {
        assert!(!choices.is_empty(), "`choices` needs at least one value");
        Self {
            choices,
            ordered: false,
        }
    }

    /// Declares that neighbouring values are alike, as sizes are. The samplers of this crate use it.
    /// Optuna has no ordered lists, so the stored distribution is an ordinary list.
    #[must_use]
    pub const fn ordered(mut self) -> Self {
        self.ordered = true;
        self
    }

    /// The values, in declared order.
    #[must_use]
    pub const fn choices(&self) -> &'static [Value] {
        self.choices
    }

    /// Whether neighbouring values are alike.
    #[must_use]
    pub const fn is_ordered(&self) -> bool {
        self.ordered
    }
}

impl Domain {
    /// A range of the numbers that a field of `kind` holds.
    ///
    /// # Panics
    ///
    /// As [`FloatDomain::new`] and [`IntDomain::new`], and if a bound does not fit the type.
    #[must_use]
    #[track_caller]
    pub const fn range(kind: Kind, low: Bound, high: Bound) -> Self {
        match kind {
            Kind::F64 => Self::Float(FloatDomain::new(low.float, high.float)),
            Kind::F32 => Self::Float(FloatDomain::of_single(low.float, high.float)),
            Kind::Int { min, max } | Kind::NotZero { min, max } => {
                assert!(
                    low.int >= min && high.int <= max,
                    "a bound does not fit in the field's type"
                );
                if let Kind::NotZero { .. } = kind {
                    assert!(
                        low.int > 0 || high.int < 0,
                        "0 is in the range, and the field's type does not hold it; help: stay on one side of 0, \
                         or write choices"
                    );
                }
                Self::Int(IntDomain::new(low.int, high.int))
            }
            Kind::Text | Kind::Character | Kind::Bool => panic_no_numbers(),
        }
    }

    /// The values of `choices`.
    ///
    /// # Panics
    ///
    /// If the list is empty.
    #[must_use]
    #[track_caller]
    pub const fn choice(choices: &'static [Value]) -> Self {
        Self::Choice(ChoiceDomain::new(choices))
    }

    /// The same list, in whose order neighbouring values are alike.
    ///
    /// # Panics
    ///
    /// If this is a range.
    #[must_use]
    #[track_caller]
    #[allow(
        clippy::panic,
        reason = "the compiler shows it as an error at the user's attribute"
    )]
    pub const fn ordered(self) -> Self {
        match self {
            Self::Choice(list) => Self::Choice(list.ordered()),
            Self::Float(_) | Self::Int(_) => panic!("`ordered` belongs to choices"),
        }
    }

    /// A number as a choice of a field of `kind`.
    ///
    /// # Panics
    ///
    /// If the type does not hold it, or the database could not tell it from others.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "checked against 2^53 just before"
    )]
    #[track_caller]
    pub const fn number(kind: Kind, number: Bound) -> Value {
        match kind {
            Kind::F64 | Kind::F32 => Value::Float(number.float),
            Kind::Int { min, max } | Kind::NotZero { min, max } => {
                let zero = matches!(kind, Kind::NotZero { .. }) && number.int == 0;
                assert!(
                    min <= number.int && number.int <= max && !zero,
                    "a choice does not fit in the field's type"
                );
                assert!(
                    number.int >= -(EXACT as i128) && number.int <= EXACT as i128,
                    "integers beyond 2^53 cannot be stored exactly (numbers are stored as doubles)"
                );
                Value::Int(number.int as i64)
            }
            Kind::Text | Kind::Character | Kind::Bool => panic_no_numbers(),
        }
    }

    /// The same range on a log scale.
    ///
    /// # Panics
    ///
    /// As [`FloatDomain::log`] and [`IntDomain::log`], and if this is a list of choices.
    #[must_use]
    #[track_caller]
    pub const fn log(self) -> Self {
        match self {
            Self::Float(float) => Self::Float(float.log()),
            Self::Int(int) => Self::Int(int.log()),
            Self::Choice(_) => panic_no_range(),
        }
    }

    /// The same range with a step.
    ///
    /// # Panics
    ///
    /// As [`FloatDomain::step`] and [`IntDomain::step`], and if this is a list of choices.
    #[must_use]
    #[track_caller]
    pub const fn step(self, step: Bound) -> Self {
        match self {
            Self::Float(float) => Self::Float(float.step(step.float)),
            Self::Int(int) => Self::Int(int.step(step.int)),
            Self::Choice(_) => panic_no_range(),
        }
    }
}

#[allow(
    clippy::panic,
    reason = "the compiler shows it as an error at the user's attribute"
)]
#[track_caller]
const fn panic_no_range() -> ! {
    panic!("`log` and `step` belong to a range")
}

#[allow(
    clippy::panic,
    reason = "the compiler shows it as an error at the user's attribute"
)]
#[track_caller]
const fn panic_no_numbers() -> ! {
    panic!(
        "numbers, but the field's type holds texts or booleans; help: list values of the type itself"
    )
}
