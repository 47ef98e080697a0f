//! The trait behind the derive, and the two directions in which a configuration travels.
//!
//! A [`Source`] gives values, drawn or replayed; a [`Sink`] takes them. One traversal of a type
//! serves sampling, loading, enqueueing and defaults.

pub(crate) mod named;
pub(crate) mod traverse;

use crate::space::{Arm, Domain, Kind, Param, Sequence, Space, StudySpec, Switch, Value};

/// A type whose values can be searched for.
///
/// Derive it: see [`derive@Tunable`](macro@crate::Tunable).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not Tunable",
    label = "no search space is known for this type",
    note = "help: derive Tunable for it, or give the field #[tune(range = low..=high)], choices, \
            fixed or skip"
)]
pub trait Tunable: Sized {
    /// The type's name in messages.
    const NAME: &'static str;
    /// What its values are drawn from, in field order.
    const SPACE: &'static Space;
    /// What it says about its studies.
    const STUDY: StudySpec = StudySpec {
        name: None,
        objectives: &[],
    };

    /// Makes a value out of what `source` gives.
    ///
    /// # Errors
    ///
    /// The first error of the source.
    fn build<S: Source + ?Sized>(source: &mut S) -> Result<Self, S::Error>;

    /// Hands every parameter of this value to `sink`.
    ///
    /// # Errors
    ///
    /// The first error of the sink, such as a value outside its range.
    fn record<K: Sink + ?Sized>(&self, sink: &mut K) -> Result<(), K::Error>;

    /// The search space.
    #[must_use]
    fn space() -> &'static Space {
        Self::SPACE
    }

    /// The study that the type names by `#[tune(study = "x")]`.
    ///
    /// It exists only where there is that option; anything else does not compile.
    ///
    /// ```compile_fail,E0080
    /// # use docktuna::Tunable;
    /// #[derive(Tunable)]
    /// struct Train {
    ///     nesterov: bool,
    /// }
    /// # fn main() {
    /// Train::study_name();
    /// # }
    /// ```
    #[must_use]
    fn study_name() -> &'static str {
        const {
            assert!(
                Self::STUDY.name.is_some(),
                "the type names no study; help: add #[tune(study = \"name\")] to it, or say the name where \
                 the study is opened or loaded"
            );
        };
        Self::STUDY.name.unwrap_or_default()
    }

    /// The value in which every parameter has its default.
    ///
    /// It exists only where every searched field has one; anything else does not compile.
    #[must_use]
    fn defaults() -> Self {
        const {
            assert!(
                Self::SPACE.has_defaults(),
                "every searched field needs a `default`"
            )
        };
        match Self::build(&mut Defaults) {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }
}

/// Gives the values of parameters, one after the other, in the order of the fields.
pub trait Source {
    /// Why a value could not be given.
    type Error;

    /// Goes down to the part called `name`. A variant is left and entered again around a field that
    /// branches share.
    fn enter(&mut self, name: &str);

    /// Comes back from the part entered last.
    fn leave(&mut self);

    /// The value of the parameter that is here, in the form in which it is stored: a number itself,
    /// a choice as its index. It lies in the parameter's domain.
    ///
    /// # Errors
    ///
    /// If there is no such value.
    fn param(&mut self, param: &'static Param) -> Result<f64, Self::Error>;
}

/// Takes the values of parameters, one after the other, in the order of the fields.
pub trait Sink {
    /// Why a value was refused.
    type Error;

    /// Goes down to the part called `name`. A variant is left and entered again around a field that
    /// branches share.
    fn enter(&mut self, name: &str);

    /// Comes back from the part entered last.
    fn leave(&mut self);

    /// Takes the value of the parameter that is here.
    ///
    /// # Errors
    ///
    /// If the value is not in the parameter's domain.
    fn param(&mut self, param: &'static Param, value: Value) -> Result<(), Self::Error>;

    /// Takes a rule across the fields of the part that is here, which were handed over before it.
    /// The rule gives the reason if the part is refused.
    ///
    /// # Errors
    ///
    /// If the sink asks for the rule and the part is refused. By default it does not.
    fn validate(&mut self, rule: &dyn Fn() -> Result<(), String>) -> Result<(), Self::Error> {
        let _ = rule;
        Ok(())
    }

    /// Takes a constraint of the part that is here; a number above 0 breaks it.
    ///
    /// # Errors
    ///
    /// If the sink asks for the number and it cannot be used. By default it does not.
    fn constraint(
        &mut self,
        name: &'static str,
        number: &dyn Fn() -> f64,
    ) -> Result<(), Self::Error> {
        let _ = (name, number);
        Ok(())
    }
}

/// A type that one parameter can hold: a number, a text or a boolean.
#[diagnostic::on_unimplemented(
    message = "a parameter cannot hold `{Self}`",
    label = "not a number, String or bool",
    note = "help: derive Tunable for it, or use `fixed` or `skip`"
)]
pub trait Scalar: Sized {
    /// The value that is stored as `stored`, which lies in `domain`.
    fn decode(domain: &Domain, stored: f64) -> Self;

    /// This value as Python sees it.
    fn encode(&self, domain: &Domain) -> Value;
}

/// A type that a `range` can be given for.
///
/// Generated code asks nothing else of a field with numbers, so that the compiler reports a type that is
/// none once. The compiler lists no implementations, which say less than the note.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number, so it cannot have a `range` or numbers as `choices`",
    label = "neither an integer nor a float",
    note = "help: search an integer or a float and convert it, or derive Tunable for an enum, or use `fixed` \
            or `skip`; write Option, an array or Vec itself, without an alias"
)]
pub trait TunableNumber: Scalar {
    /// The type itself. Where it is none, the compiler does not go on with a value of this type.
    type Itself;

    /// Which numbers it holds.
    const KIND: Kind;

    /// As [`Scalar::decode`].
    #[must_use]
    fn read(domain: &Domain, stored: f64) -> Self {
        Self::decode(domain, stored)
    }

    /// As [`Scalar::encode`].
    fn write(&self, domain: &Domain) -> Value {
        self.encode(domain)
    }
}

macro_rules! integers {
    ($($int:ty),*) => {$(
        impl Scalar for $int {
            /// A declared domain lies within its field's type. Whether a widened one does is found
            /// out by decoding its ends, so that what lies outside becomes the nearest value.
            fn decode(domain: &Domain, stored: f64) -> Self {
                let nearest = |value: i64| if value < 0 { Self::MIN } else { Self::MAX };
                match domain.value(stored) {
                    Value::Int(value) => Some(value.try_into().unwrap_or(nearest(value))),
                    _ => None,
                }
                .expect("the domain of an integer field holds integers")
            }

            fn encode(&self, _: &Domain) -> Value {
                i64::try_from(*self).map_or_else(|_| Value::Json(self.to_string().into()), Value::Int)
            }
        }

        #[diagnostic::do_not_recommend]
        impl TunableNumber for $int {
    type Itself = Self;
            #[allow(clippy::cast_possible_wrap, clippy::cast_lossless, reason = "u128 is cut")]
            const KIND: Kind = Kind::Int {
                min: <$int>::MIN as i128,
                max: if <$int>::MAX as i128 <= 0 { i128::MAX } else { <$int>::MAX as i128 },
            };
        }
    )*};
}
integers!(
    i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);

impl Scalar for f64 {
    fn decode(domain: &Domain, stored: f64) -> Self {
        domain
            .value(stored)
            .as_f64()
            .expect("the domain of a float field holds floats")
    }

    fn encode(&self, _: &Domain) -> Value {
        Value::Float(*self)
    }
}

#[diagnostic::do_not_recommend]
impl TunableNumber for f64 {
    type Itself = Self;
    const KIND: Kind = Kind::F64;
}

impl Scalar for f32 {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the nearest f32 is what the field holds"
    )]
    fn decode(domain: &Domain, stored: f64) -> Self {
        f64::decode(domain, stored) as Self
    }

    /// Numbers travel as their shortest decimal text, so that `0.1_f32` is stored as 0.1 and not as
    /// 0.10000000149; bounds and choices that this value stands for are stored as declared.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::float_cmp,
        reason = "asks which declared number rounds to this one"
    )]
    fn encode(&self, domain: &Domain) -> Value {
        let declared = match domain {
            Domain::Float(range) => [range.low, range.high]
                .into_iter()
                .find(|bound| *bound as Self == *self),
            Domain::Choice(list) => list
                .choices
                .iter()
                .filter_map(Value::as_f64)
                .find(|choice| *choice as Self == *self),
            Domain::Int(_) => None,
        };
        Value::Float(declared.unwrap_or_else(|| {
            self.to_string()
                .parse::<f64>()
                .ok()
                .filter(|decimal| *decimal as Self == *self)
                .unwrap_or_else(|| f64::from(*self))
        }))
    }
}

#[diagnostic::do_not_recommend]
impl TunableNumber for f32 {
    type Itself = Self;
    const KIND: Kind = Kind::F32;
}

impl Scalar for String {
    fn decode(domain: &Domain, stored: f64) -> Self {
        match domain.value(stored) {
            Value::Str(text) => text.into_owned(),
            other => other.to_string(),
        }
    }

    fn encode(&self, _: &Domain) -> Value {
        Value::Str(self.clone().into())
    }
}

impl Scalar for bool {
    fn decode(domain: &Domain, stored: f64) -> Self {
        domain.value(stored) == Value::Bool(true)
    }

    fn encode(&self, _: &Domain) -> Value {
        Value::Bool(*self)
    }
}

/// The two booleans.
pub(crate) const BOOL: Domain = Domain::choice(&[Value::Bool(false), Value::Bool(true)]);

impl Tunable for bool {
    const NAME: &'static str = "bool";
    const SPACE: &'static Space = &Space::Param(Param::new(BOOL));

    fn build<S: Source + ?Sized>(source: &mut S) -> Result<Self, S::Error> {
        Ok(Self::decode(&BOOL, source.param(Self::SPACE.param())?))
    }

    fn record<K: Sink + ?Sized>(&self, sink: &mut K) -> Result<(), K::Error> {
        sink.param(Self::SPACE.param(), self.encode(&BOOL))
    }
}

/// The labels of an `Option`.
pub(crate) const OPTION: &[Value] = &[
    Value::Str(std::borrow::Cow::Borrowed("none")),
    Value::Str(std::borrow::Cow::Borrowed("some")),
];

/// An enum of `none` and `some`.
impl<T: Tunable> Tunable for Option<T> {
    const NAME: &'static str = "Option";
    const SPACE: &'static Space = &Space::Switch(Switch::new(
        OPTION,
        const {
            &[
                Arm::new("none", "", Space::EMPTY),
                Arm::new("some", "", T::SPACE),
            ]
        },
    ));

    fn build<S: Source + ?Sized>(source: &mut S) -> Result<Self, S::Error> {
        traverse::build_option(source, Self::SPACE, T::build)
    }

    fn record<K: Sink + ?Sized>(&self, sink: &mut K) -> Result<(), K::Error> {
        traverse::record_option(sink, Self::SPACE, self.as_ref(), T::record)
    }
}

/// So many times the same: `0`, `1`, ….
impl<T: Tunable, const N: usize> Tunable for [T; N] {
    const NAME: &'static str = "array";
    const SPACE: &'static Space = &Space::Sequence(Sequence::array(N, T::SPACE));

    fn build<S: Source + ?Sized>(source: &mut S) -> Result<Self, S::Error> {
        traverse::build_array(source, T::build)
    }

    fn record<K: Sink + ?Sized>(&self, sink: &mut K) -> Result<(), K::Error> {
        traverse::record_elements(sink, self, T::record)
    }
}

/// Gives every parameter its default.
struct Defaults;

impl Source for Defaults {
    type Error = std::convert::Infallible;

    fn enter(&mut self, _: &str) {}

    fn leave(&mut self) {}

    fn param(&mut self, param: &'static Param) -> Result<f64, Self::Error> {
        let stored = param
            .default()
            .and_then(|value| param.domain().stored(value));
        Ok(stored.expect("`defaults` checks that there is one, the derive that it lies within"))
    }
}
