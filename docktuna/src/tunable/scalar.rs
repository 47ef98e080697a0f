//! Types behind which there is one number, text or boolean.

use super::primitive::Primitive;
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
///
/// Generated code asks nothing else of a field with a rule, so that the compiler reports a type that is no scalar
/// once. It lists no implementations, which would say less than the note.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number, text or boolean, so it can have neither a `range` nor `choices`",
    label = "no single parameter can hold it",
    note = "help: say how it becomes one and back, `as = f64, from = path, into = path`, or use a struct with one \
            unnamed field that derives Tunable, an enum, `fixed` or `skip`; write Option, an array or Vec itself, \
            without an alias"
)]
pub trait Scalar: Sized {
    /// The number, text or boolean that is stored.
    type Inner: Primitive;

    /// Which values this type has, as far as the compiler can tell.
    #[doc(hidden)]
    const KIND: Kind = <Self::Inner as Primitive>::KIND;

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
