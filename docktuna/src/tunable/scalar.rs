//! Types behind which there is one number, text or boolean.

use super::primitive::{Boolean, Number, Primitive, Text};
use super::{Sink, Source};
use crate::space::{Kind, Param};

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A type behind which there is one number, text or boolean, so that one parameter can hold it.
///
/// A field of such a type takes a `range` or `choices`, as a field of the number, text or boolean itself would.
/// What is stored is that [`Inner`](Self::Inner) value; Python sees nothing new.
///
/// Deriving [`Tunable`](macro@crate::Tunable) for a struct with one unnamed field implements it:
/// `struct Rate(f64);`. So do the standard library's numbers (`NonZero`, `Wrapping`, `Saturating`), its texts
/// (`char`, `Box<str>`, `Arc<str>`, `Rc<str>`, `Cow<'static, str>`, `PathBuf`), and `Box`, `Rc` and `Arc` of a
/// scalar. For a type of another crate there is `#[tune(as = .., from = .., into = ..)]` at the field. Implement it by
/// hand where the type is yours and not each inner value makes one:
///
/// ```
/// use docktuna::{BoxError, Params, Scalar, Tunable};
///
/// /// A number of threads: a power of two.
/// #[derive(Debug, PartialEq)]
/// struct Threads(u32);
///
/// impl Scalar for Threads {
///     type Inner = u32;
///
///     fn from_inner(inner: u32) -> Result<Self, BoxError> {
///         if !inner.is_power_of_two() {
///             return Err(format!("{inner} threads are no power of two").into());
///         }
///         Ok(Self(inner))
///     }
///
///     fn to_inner(&self) -> Result<u32, BoxError> {
///         Ok(self.0)
///     }
/// }
///
/// #[derive(Tunable, Debug, PartialEq)]
/// struct Server {
///     #[tune(range = 1..=64, log)]
///     threads: Threads,
/// }
///
/// let params = Params::of(&Server { threads: Threads(8) })?;
/// assert_eq!(params.get("threads").map(|threads| threads.stored()), Some(8.0));
/// assert_eq!(params.to_config::<Server>()?, Server { threads: Threads(8) });
/// # Ok::<(), docktuna::Error>(())
/// ```
///
/// The bounds are checked by the compiler against the inner type. A drawn value that `from_inner` refuses is drawn
/// again, as one that `validate` refuses; a stored or enqueued one that it refuses is an error.
#[diagnostic::on_unimplemented(
    message = "there is no number, text or boolean behind `{Self}`",
    label = "no single parameter can hold it",
    note = "help: derive Tunable for a struct with one unnamed field, or implement docktuna::Scalar"
)]
pub trait Scalar: Sized {
    /// The number, text or boolean that is stored.
    type Inner: Primitive;

    /// Which of the inner type's values this type has, as far as the compiler can tell.
    #[doc(hidden)]
    const HOLDS: Holds = Holds::All;

    /// The value behind which there is `inner`.
    ///
    /// # Errors
    ///
    /// The reason, if there is no such value. A text will do: `Err("not a power of two".into())`.
    fn from_inner(inner: Self::Inner) -> Result<Self, BoxError>;

    /// What is behind this value: [`from_inner`](Self::from_inner) makes the same value of it.
    ///
    /// # Errors
    ///
    /// The reason, if there is nothing from which the same value could be made. Nothing is rounded.
    fn to_inner(&self) -> Result<Self::Inner, BoxError>;

    /// The value that `source` gives for the parameter which is here: for a
    /// [`Tunable`](trait@crate::Tunable) written by hand.
    ///
    /// # Errors
    ///
    /// The source's error, and the one that it makes of a refusal.
    fn build_from<S: Source + ?Sized>(
        source: &mut S,
        param: &'static Param,
    ) -> Result<Self, S::Error> {
        let stored = source.param(param)?;
        let inner = Self::Inner::decode(param.domain(), stored);
        Self::from_inner(inner).map_err(|reason| source.refused(reason.to_string()))
    }

    /// Hands this value to `sink` as the parameter which is here: for a
    /// [`Tunable`](trait@crate::Tunable) written by hand.
    ///
    /// # Errors
    ///
    /// The sink's error.
    fn record_to<K: Sink + ?Sized>(
        &self,
        sink: &mut K,
        param: &'static Param,
    ) -> Result<(), K::Error> {
        match self.to_inner() {
            Ok(inner) => sink.param(param, inner.encode(param.domain())),
            Err(reason) => sink.refused(param, reason.to_string()),
        }
    }
}

/// Which values of the inner type a scalar has.
#[derive(Debug, Clone, Copy)]
pub enum Holds {
    /// All that the compiler knows of.
    All,
    /// All numbers but 0.
    NotZero,
    /// The texts of one character.
    Character,
}

/// A type that a `range` can be given for.
///
/// Generated code asks nothing else of a field with numbers, so that the compiler reports a type that is
/// none once. The compiler lists no implementations, which say less than the note.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number, so it cannot have a `range` or numbers as `choices`",
    label = "neither an integer nor a float",
    note = "help: say how it becomes a number and back, `as = f64, from = path, into = path`, or use a struct with \
            one unnamed field that derives Tunable, an enum, `fixed` or `skip`; write Option, an array or Vec \
            itself, without an alias"
)]
pub trait TunableNumber: Scalar {
    /// The number behind it. Where there is none, the compiler does not go on with a value of this type.
    type Itself;

    /// Which numbers it holds.
    const KIND: Kind;

    /// As [`Scalar::build_from`].
    ///
    /// # Errors
    ///
    /// The source's.
    fn read<S: Source + ?Sized>(source: &mut S, param: &'static Param) -> Result<Self, S::Error> {
        Self::build_from(source, param)
    }

    /// As [`Scalar::record_to`].
    ///
    /// # Errors
    ///
    /// The sink's.
    fn write<K: Sink + ?Sized>(
        &self,
        sink: &mut K,
        param: &'static Param,
    ) -> Result<(), K::Error> {
        self.record_to(sink, param)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar<Inner: Number>> TunableNumber for T {
    type Itself = T::Inner;
    const KIND: Kind = match (T::Inner::KIND, T::HOLDS) {
        (Kind::Int { min: 0, max }, Holds::NotZero) => Kind::Int { min: 1, max },
        (Kind::Int { min, max }, Holds::NotZero) => Kind::NotZero { min, max },
        (kind, _) => kind,
    };
}

/// A type that texts can be the choices of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a text, so texts cannot be its `choices`",
    label = "not a String",
    note = "help: list values of the type itself, or say how it becomes a text and back, \
            `as = String, from = path, into = path`, or derive Tunable for an enum"
)]
pub trait TunableText: Scalar {
    /// Which texts it holds.
    const TEXTS: Holds = Self::HOLDS;

    /// As [`Scalar::build_from`].
    ///
    /// # Errors
    ///
    /// The source's.
    fn read<S: Source + ?Sized>(source: &mut S, param: &'static Param) -> Result<Self, S::Error> {
        Self::build_from(source, param)
    }

    /// As [`Scalar::record_to`].
    ///
    /// # Errors
    ///
    /// The sink's.
    fn write<K: Sink + ?Sized>(
        &self,
        sink: &mut K,
        param: &'static Param,
    ) -> Result<(), K::Error> {
        self.record_to(sink, param)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar<Inner: Text>> TunableText for T {}

/// A type that booleans can be the choices of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a bool, so booleans cannot be its `choices`",
    label = "not a bool",
    note = "help: list values of the type itself, or say how it becomes a bool and back, \
            `as = bool, from = path, into = path`, or derive Tunable for an enum"
)]
pub trait TunableBool: Scalar {
    /// Something to name where the trait is needed.
    const CHECK: () = ();

    /// As [`Scalar::build_from`].
    ///
    /// # Errors
    ///
    /// The source's.
    fn read<S: Source + ?Sized>(source: &mut S, param: &'static Param) -> Result<Self, S::Error> {
        Self::build_from(source, param)
    }

    /// As [`Scalar::record_to`].
    ///
    /// # Errors
    ///
    /// The sink's.
    fn write<K: Sink + ?Sized>(
        &self,
        sink: &mut K,
        param: &'static Param,
    ) -> Result<(), K::Error> {
        self.record_to(sink, param)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar<Inner: Boolean>> TunableBool for T {}
