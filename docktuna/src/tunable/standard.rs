//! Numbers, texts and pointers of the language and its standard library.

use std::borrow::Cow;
use std::ffi::OsString;
use std::num::{NonZero, Saturating, Wrapping};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::scalar::{BoxError, Scalar};
use super::{Sink, Source, Tunable};
use crate::space::{Kind, Space, StudySpec};

/// A primitive is a scalar: there is nothing to convert.
macro_rules! itself {
    ($($ty:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Scalar for $ty {
            type Inner = Self;

            fn from_inner(inner: Self) -> Result<Self, BoxError> {
                Ok(inner)
            }

            fn to_inner(&self) -> Result<Self, BoxError> {
                Ok(self.clone())
            }
        }
    )*};
}
itself!(
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    f64,
    f32,
    bool,
    String,
    &'static str
);

macro_rules! not_zero {
    ($($int:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Scalar for NonZero<$int> {
            type Inner = $int;
            const KIND: Kind = <$int as Scalar>::KIND.without_zero();

            fn from_inner(inner: $int) -> Result<Self, BoxError> {
                Self::new(inner).ok_or_else(|| "0 is excluded".into())
            }

            fn to_inner(&self) -> Result<$int, BoxError> {
                Ok(self.get())
            }
        }
    )*};
}
not_zero!(
    i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);

/// A struct around a scalar, which holds what that one holds.
macro_rules! around {
    ($($outer:ident),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Scalar> Scalar for $outer<T> {
            type Inner = T::Inner;
            const KIND: Kind = T::KIND;

            fn from_inner(inner: T::Inner) -> Result<Self, BoxError> {
                T::from_inner(inner).map($outer)
            }

            fn to_inner(&self) -> Result<T::Inner, BoxError> {
                self.0.to_inner()
            }
        }
    )*};
}
around!(Wrapping, Saturating);

/// Pointers that own what they point to: nothing of them is stored.
macro_rules! pointers {
    ($($pointer:ident),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Scalar> Scalar for $pointer<T> {
            type Inner = T::Inner;
            const KIND: Kind = T::KIND;

            fn from_inner(inner: T::Inner) -> Result<Self, BoxError> {
                T::from_inner(inner).map(Self::new)
            }

            fn to_inner(&self) -> Result<T::Inner, BoxError> {
                T::to_inner(self)
            }
        }

        /// As what it points to.
        #[diagnostic::do_not_recommend]
        impl<T: Tunable> Tunable for $pointer<T> {
            const NAME: &'static str = T::NAME;
            const SPACE: &'static Space = T::SPACE;
            const STUDY: StudySpec = T::STUDY;

            fn build<S: Source + ?Sized>(source: &mut S) -> Result<Self, S::Error> {
                T::build(source).map(Self::new)
            }

            fn record<K: Sink + ?Sized>(&self, sink: &mut K) -> Result<(), K::Error> {
                T::record(self, sink)
            }
        }

        #[diagnostic::do_not_recommend]
        impl Scalar for $pointer<str> {
            type Inner = String;

            fn from_inner(inner: String) -> Result<Self, BoxError> {
                Ok(inner.into())
            }

            fn to_inner(&self) -> Result<String, BoxError> {
                Ok(str::to_owned(self))
            }
        }
    )*};
}
pointers!(Box, Rc, Arc);

#[diagnostic::do_not_recommend]
impl Scalar for Cow<'static, str> {
    type Inner = String;

    fn from_inner(inner: String) -> Result<Self, BoxError> {
        Ok(inner.into())
    }

    fn to_inner(&self) -> Result<String, BoxError> {
        Ok(str::to_owned(self))
    }
}

#[diagnostic::do_not_recommend]
impl Scalar for char {
    type Inner = String;
    const KIND: Kind = Kind::Character;

    fn from_inner(inner: String) -> Result<Self, BoxError> {
        inner
            .parse()
            .map_err(|_| format!("{inner:?} is not one character").into())
    }

    fn to_inner(&self) -> Result<String, BoxError> {
        Ok(self.to_string())
    }
}

/// Texts of the operating system, of which those that are no Unicode cannot be stored.
macro_rules! system_texts {
    ($($ty:ident by $as_str:ident),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Scalar for $ty {
            type Inner = String;

            fn from_inner(inner: String) -> Result<Self, BoxError> {
                Ok(inner.into())
            }

            fn to_inner(&self) -> Result<String, BoxError> {
                let text = self.$as_str().map(str::to_owned);
                text.ok_or_else(|| format!("{self:?} is not Unicode").into())
            }
        }
    )*};
}
system_texts!(PathBuf by to_str, OsString by to_str);
