//! What generated code asks of the type that a newtype is around.

use std::marker::PhantomData;

use super::{Scalar, Tunable};

/// A type, of which is asked which traits it has.
pub struct Probe<T>(PhantomData<T>);

impl<T: Scalar> Probe<T> {
    /// It is a scalar.
    pub const SCALAR: bool = true;
}

impl<T: Tunable> Probe<T> {
    /// It is tunable.
    pub const TUNABLE: bool = true;
}

/// What is found where it is no scalar.
pub trait NotScalar {
    /// It is none.
    const SCALAR: bool = false;
}

impl<T> NotScalar for Probe<T> {}

/// What is found where it is not tunable.
pub trait NotTunable {
    /// It is not.
    const TUNABLE: bool = false;
}

impl<T> NotTunable for Probe<T> {}

/// Takes whether the type has one of the traits.
///
/// # Panics
///
/// If it has none. In a `const` that is a compile error.
#[track_caller]
pub const fn held(has_one: bool) {
    assert!(
        has_one,
        "there is no number, text or boolean behind this type, and it is not Tunable; help: say how it becomes one \
         and back, as = f64, from = path, into = path, with a range or choices, or derive Tunable for it"
    );
}
