//! The conversions that the types have themselves. Each is a method of a reference of another depth, so that a method
//! call takes the first one that there is.

use std::fmt::Display;
use std::str::FromStr;

use super::Types;
use crate::tunable::Scalar;

/// By `TryFrom`, which every `From` is too.
pub trait ByTryFrom<V, T> {
    #[allow(
        missing_docs,
        clippy::missing_errors_doc,
        clippy::wrong_self_convention
    )]
    fn from_inner(self, inner: V) -> Result<T, String>;
}

impl<V, T: TryFrom<V, Error: Display>> ByTryFrom<V, T> for &&&&&Types<V, T> {
    fn from_inner(self, inner: V) -> Result<T, String> {
        T::try_from(inner).map_err(|error| error.to_string())
    }
}

/// By `FromStr`.
pub trait ByParsing<T> {
    #[allow(
        missing_docs,
        clippy::missing_errors_doc,
        clippy::wrong_self_convention
    )]
    fn from_inner(self, inner: String) -> Result<T, String>;
}

impl<T: FromStr<Err: Display>> ByParsing<T> for &&&&Types<String, T> {
    fn from_inner(self, inner: String) -> Result<T, String> {
        inner.parse().map_err(|error: T::Err| error.to_string())
    }
}

/// As a scalar.
pub trait FromScalar<V, T> {
    #[allow(
        missing_docs,
        clippy::missing_errors_doc,
        clippy::wrong_self_convention
    )]
    fn from_inner(self, inner: V) -> Result<T, String>;
}

impl<T: Scalar> FromScalar<T::Inner, T> for &&&Types<T::Inner, T> {
    fn from_inner(self, inner: T::Inner) -> Result<T, String> {
        T::from_inner(inner).map_err(|reason| reason.to_string())
    }
}

/// What a type is made of.
#[diagnostic::on_unimplemented(
    message = "nothing makes a `{Self}` of `{V}`: it has neither From nor TryFrom",
    label = "not made of `{V}`",
    note = "help: add from = path, of a function that gives the value itself, a Result or an Option of it"
)]
pub trait MadeOf<V>: Sized {
    #[doc(hidden)]
    fn made(inner: V) -> Result<Self, String>;
}

/// Not at all, which is the mistake.
pub trait Unmade<V, T> {
    #[allow(
        missing_docs,
        clippy::missing_errors_doc,
        clippy::wrong_self_convention
    )]
    fn from_inner(self, inner: V) -> Result<T, String>
    where
        T: MadeOf<V>;
}

impl<V, T> Unmade<V, T> for &&Types<V, T> {
    fn from_inner(self, inner: V) -> Result<T, String>
    where
        T: MadeOf<V>,
    {
        T::made(inner)
    }
}

/// By `TryInto`, which every `Into` is too.
pub trait ByTryInto<V, T> {
    #[allow(missing_docs, clippy::missing_errors_doc)]
    fn into_inner(self, value: &T) -> Result<V, String>;
}

impl<V, T: Clone + TryInto<V, Error: Display>> ByTryInto<V, T> for &&&&&Types<V, T> {
    fn into_inner(self, value: &T) -> Result<V, String> {
        value.clone().try_into().map_err(|error| error.to_string())
    }
}

/// By `AsRef<str>`.
pub trait ByAsRef<T> {
    #[allow(missing_docs, clippy::missing_errors_doc)]
    fn into_inner(self, value: &T) -> Result<String, String>;
}

impl<T: AsRef<str>> ByAsRef<T> for &&&&Types<String, T> {
    fn into_inner(self, value: &T) -> Result<String, String> {
        Ok(value.as_ref().to_owned())
    }
}

/// As a scalar.
pub trait IntoScalar<V, T> {
    #[allow(missing_docs, clippy::missing_errors_doc)]
    fn into_inner(self, value: &T) -> Result<V, String>;
}

impl<T: Scalar> IntoScalar<T::Inner, T> for &&&Types<T::Inner, T> {
    fn into_inner(self, value: &T) -> Result<T::Inner, String> {
        value.to_inner().map_err(|reason| reason.to_string())
    }
}

/// By `Display`, the counterpart of `FromStr`.
pub trait ByDisplay<T> {
    #[allow(missing_docs, clippy::missing_errors_doc)]
    fn into_inner(self, value: &T) -> Result<String, String>;
}

impl<T: Display> ByDisplay<T> for &&Types<String, T> {
    fn into_inner(self, value: &T) -> Result<String, String> {
        Ok(value.to_string())
    }
}

/// What a type becomes.
#[diagnostic::on_unimplemented(
    message = "nothing makes a `{V}` of `{Self}`: it has neither Into, nor TryInto, nor AsRef",
    label = "does not become `{V}`",
    note = "help: add into = path, of a function that gives the value itself, a Result or an Option of it"
)]
pub trait Becomes<V> {
    #[doc(hidden)]
    fn become_it(&self) -> Result<V, String>;
}

/// Not at all, which is the mistake.
pub trait Unbecome<V, T> {
    #[allow(missing_docs, clippy::missing_errors_doc)]
    fn into_inner(self, value: &T) -> Result<V, String>
    where
        T: Becomes<V>;
}

impl<V, T> Unbecome<V, T> for &Types<V, T> {
    fn into_inner(self, value: &T) -> Result<V, String>
    where
        T: Becomes<V>,
    {
        value.become_it()
    }
}
