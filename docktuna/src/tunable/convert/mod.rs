//! Fields whose value is made of a number, text or boolean: `as`, `from` and `into`, for generated code.

pub mod by_traits;

use std::fmt::Display;
use std::marker::PhantomData;

use super::Source;

/// Two types between which there is a conversion.
pub struct Types<A, B>(PhantomData<fn() -> (A, B)>);

impl<A, B> Types<A, B> {
    /// The two.
    pub const NEW: Self = Self(PhantomData);
}

/// What a conversion gives: the value itself, or a value that it may refuse.
#[diagnostic::on_unimplemented(
    message = "the conversion gives `{Self}`, and not `{T}`",
    label = "gives `{Self}`",
    note = "help: a conversion gives the value itself, a Result or an Option of it"
)]
pub trait Converted<T> {
    /// The value, or why there is none.
    ///
    /// # Errors
    ///
    /// The reason.
    fn converted(self) -> Result<T, String>;
}

#[diagnostic::do_not_recommend]
impl<T> Converted<T> for T {
    fn converted(self) -> Result<T, String> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E: Display> Converted<T> for Result<T, E> {
    fn converted(self) -> Result<T, String> {
        self.map_err(|error| error.to_string())
    }
}

#[diagnostic::do_not_recommend]
impl<T> Converted<T> for Option<T> {
    fn converted(self) -> Result<T, String> {
        self.ok_or_else(|| "no value stands for it".to_owned())
    }
}

#[diagnostic::do_not_recommend]
impl Converted<String> for &str {
    fn converted(self) -> Result<String, String> {
        Ok(self.to_owned())
    }
}

/// How a function takes its argument: itself.
pub struct Owned<R>(PhantomData<R>);
/// How a function takes its argument: behind a reference.
pub struct Borrowed<R>(PhantomData<R>);
/// A function from a reference to a text behind it.
pub struct Lent;
/// A function from a reference to a text that may be behind it.
pub struct MaybeLent;

/// A function that makes a `T` out of a `V`.
#[diagnostic::on_unimplemented(
    message = "`from` takes `{V}` and gives `{T}`, and this function has another signature",
    label = "not a function from `{V}` to `{T}`",
    note = "help: write from = path, of a function that gives the value itself, a Result or an Option of it"
)]
pub trait FromFunction<V, T, How> {
    /// Calls it.
    ///
    /// # Errors
    ///
    /// The reason if it refuses the value.
    fn call(self, inner: V) -> Result<T, String>;
}

#[diagnostic::do_not_recommend]
impl<V, T, R: Converted<T>, F: Fn(V) -> R> FromFunction<V, T, Owned<R>> for F {
    fn call(self, inner: V) -> Result<T, String> {
        self(inner).converted()
    }
}

/// Of a text, as parsing takes it.
#[diagnostic::do_not_recommend]
impl<T, R: Converted<T>, F: Fn(&str) -> R> FromFunction<String, T, Borrowed<R>> for F {
    fn call(self, inner: String) -> Result<T, String> {
        self(&inner).converted()
    }
}

/// A function that makes a `V` out of a `T`.
#[diagnostic::on_unimplemented(
    message = "`into` takes `&{T}` and gives `{V}`, and this function has another signature",
    label = "not a function from `&{T}` to `{V}`",
    note = "help: write into = path, of a function that gives the value itself, a Result or an Option of it"
)]
pub trait IntoFunction<T, V, How> {
    /// Calls it.
    ///
    /// # Errors
    ///
    /// The reason if it refuses the value.
    fn call(self, value: &T) -> Result<V, String>;
}

#[diagnostic::do_not_recommend]
impl<T, V, R: Converted<V>, F: Fn(&T) -> R> IntoFunction<T, V, Borrowed<R>> for F {
    fn call(self, value: &T) -> Result<V, String> {
        self(value).converted()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone, V, R: Converted<V>, F: Fn(T) -> R> IntoFunction<T, V, Owned<R>> for F {
    fn call(self, value: &T) -> Result<V, String> {
        self(value.clone()).converted()
    }
}

#[diagnostic::do_not_recommend]
impl<T, F: Fn(&T) -> &str> IntoFunction<T, String, Lent> for F {
    fn call(self, value: &T) -> Result<String, String> {
        self(value).converted()
    }
}

#[diagnostic::do_not_recommend]
impl<T, F: Fn(&T) -> Option<&str>> IntoFunction<T, String, MaybeLent> for F {
    fn call(self, value: &T) -> Result<String, String> {
        self(value).map(str::to_owned).converted()
    }
}

/// What `from` makes of `inner`.
///
/// # Errors
///
/// Why it refuses.
pub fn from_inner<V, T, How, F: FromFunction<V, T, How>>(from: F, inner: V) -> Result<T, String> {
    from.call(inner)
}

/// What `into` makes of `value`.
///
/// # Errors
///
/// Why it refuses.
pub fn into_inner<T, V, How, F: IntoFunction<T, V, How>>(into: F, value: &T) -> Result<V, String> {
    into.call(value)
}

/// Gives what a conversion made of the value given last.
///
/// # Errors
///
/// What the source makes of its refusal.
pub fn built<T, S: Source + ?Sized>(
    source: &mut S,
    converted: Result<T, String>,
) -> Result<T, S::Error> {
    converted.map_err(|reason| source.refused(reason))
}

/// A type whose values can be told apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no PartialEq, by which `as` sees whether a conversion keeps a value",
    label = "its values cannot be compared",
    note = "help: derive PartialEq for it, or use a struct around it that has one"
)]
pub trait Comparable {
    /// Whether both are equal.
    fn same(&self, other: &Self) -> bool;
}

#[diagnostic::do_not_recommend]
impl<T: PartialEq> Comparable for T {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

/// What `into` makes of the value, if `from` makes the same value of that.
///
/// # Errors
///
/// Why one of them refuses, or that the value does not come back.
pub fn kept<T: Comparable, V>(
    value: &T,
    into: impl Fn(&T) -> Result<V, String>,
    from: impl Fn(V) -> Result<T, String>,
) -> Result<V, String> {
    if from(into(value)?)?.same(value) {
        into(value)
    } else {
        Err("its conversion and back gives another value".to_owned())
    }
}
