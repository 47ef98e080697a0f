//! The trait behind the derive, and the two directions in which a configuration travels.
//!
//! A [`Source`] gives values, drawn or replayed; a [`Sink`] takes them. One traversal of a type
//! serves sampling, loading, enqueueing and defaults.

pub(crate) mod convert;
mod defaults;
mod diff;
pub(crate) mod named;
pub(crate) mod newtype;
pub(crate) mod parts;
mod primitive;
mod scalar;
mod standard;
pub(crate) mod traverse;
mod tuple;

use crate::space::{Arm, Domain, Param, Sequence, Space, StudySpec, Switch, Value};
use defaults::Defaults;
pub use diff::{Change, ConfigDiff};
pub use primitive::{Number, Primitive};
pub use scalar::Scalar;

/// A type whose values can be searched for.
///
/// Derive it: see [`derive@Tunable`](macro@crate::Tunable). A type with one number, text or boolean behind it is a
/// [`Scalar`] instead, whose range is said at the field. Written by hand, the three parts have to agree: the space says
/// what there is, in which order, and both directions go through it in that order. The derive writes the same.
///
/// ```
/// use docktuna::space::{Domain, Field, FloatDomain, Param, Space};
/// use docktuna::{Params, Scalar, Sink, Source, Tunable};
///
/// /// An angle, searched as two coordinates.
/// #[derive(Debug, PartialEq)]
/// struct Angle {
///     x: f64,
///     y: f64,
/// }
///
/// const SIDE: Space = Space::Param(Param::new(Domain::Float(FloatDomain::new(-1.0, 1.0))));
///
/// impl Tunable for Angle {
///     const NAME: &'static str = "Angle";
///     const SPACE: &'static Space =
///         &Space::Group(&[Field::new("x", "", &SIDE), Field::new("y", "", &SIDE)]);
///
///     fn build<S: Source + ?Sized>(source: &mut S) -> Result<Self, S::Error> {
///         source.enter("x");
///         let x = f64::build_from(source, Self::SPACE.field(0).space().param())?;
///         source.leave();
///         source.enter("y");
///         let y = f64::build_from(source, Self::SPACE.field(1).space().param())?;
///         source.leave();
///         Ok(Self { x, y })
///     }
///
///     fn record<K: Sink + ?Sized>(&self, sink: &mut K) -> Result<(), K::Error> {
///         sink.enter("x");
///         self.x.record_to(sink, Self::SPACE.field(0).space().param())?;
///         sink.leave();
///         sink.enter("y");
///         self.y.record_to(sink, Self::SPACE.field(1).space().param())?;
///         sink.leave();
///         Ok(())
///     }
/// }
///
/// #[derive(Tunable, Debug, PartialEq)]
/// struct Robot {
///     start: Angle,
/// }
///
/// let params = Params::of(&Robot { start: Angle { x: 0.5, y: -1.0 } })?;
/// assert_eq!(params.get("start.y").map(|y| y.stored()), Some(-1.0));
/// assert_eq!(params.to_config::<Robot>()?, Robot { start: Angle { x: 0.5, y: -1.0 } });
/// # Ok::<(), docktuna::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not Tunable",
    label = "no search space is known for this type",
    note = "help: derive Tunable for it, or give the field #[tune(range = low..=high)], choices, \
            fixed or skip"
)]
pub trait Tunable: Sized {
    /// The type's name in messages.
    const NAME: &'static str;
    /// The type's doc comment, in one line. It is part of the note that optuna-dashboard shows of a new study.
    const DOC: &'static str = "";
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

    /// The parameters in which two configurations differ.
    ///
    /// ```
    /// use docktuna::Tunable;
    ///
    /// #[derive(Tunable)]
    /// struct Train {
    ///     #[tune(range = 1..=8)]
    ///     layers: u8,
    ///     #[tune(range = 0.0..=1.0)]
    ///     mixup: Option<f64>,
    /// }
    ///
    /// let (a, b) = (Train { layers: 2, mixup: None }, Train { layers: 3, mixup: Some(0.5) });
    /// assert_eq!(
    ///     Train::diff(&a, &b).to_string(),
    ///     r#"layers: 2 -> 3; mixup: "none" -> "some"; mixup.some: (none) -> 0.5"#
    /// );
    /// ```
    #[must_use]
    fn diff(a: &Self, b: &Self) -> ConfigDiff {
        ConfigDiff::between(a, b)
    }

    /// The value in which every parameter has its default.
    ///
    /// It exists only where every searched field has one; anything else does not compile.
    ///
    /// # Panics
    ///
    /// If a default is not checked by the compiler, because a conversion makes the field's value of it, and that
    /// conversion refuses it.
    #[must_use]
    #[allow(
        clippy::panic,
        reason = "a constant of the type is wrong, and there is no value to return"
    )]
    fn defaults() -> Self {
        const {
            assert!(
                Self::SPACE.has_defaults(),
                "every searched field needs a `default`"
            )
        };
        match Self::build(&mut Defaults::of(Self::SPACE)) {
            Ok(value) => value,
            Err(refusal) => panic!("`{}`: {refusal}", Self::NAME),
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

    /// Takes that the field's type refuses the value given last, and why; what comes of it is the error of the
    /// whole.
    fn refused(&mut self, reason: String) -> Self::Error;
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

    /// Takes, in the place of a value, that the parameter which is here cannot hold the field's value, and why.
    ///
    /// # Errors
    ///
    /// If the sink needs the value.
    fn refused(&mut self, param: &'static Param, reason: String) -> Result<(), Self::Error>;

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

/// The two booleans.
pub(crate) const BOOL: Domain = Domain::choice(&[Value::Bool(false), Value::Bool(true)]);

impl Tunable for bool {
    const NAME: &'static str = "bool";
    const SPACE: &'static Space = &Space::Param(Param::new(BOOL));

    fn build<S: Source + ?Sized>(source: &mut S) -> Result<Self, S::Error> {
        Self::build_from(source, Self::SPACE.param())
    }

    fn record<K: Sink + ?Sized>(&self, sink: &mut K) -> Result<(), K::Error> {
        self.record_to(sink, Self::SPACE.param())
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
