//! What a parameter itself holds: numbers, texts and booleans.

use std::borrow::Cow;

use crate::space::{Domain, Kind, Value};

mod sealed {
    pub trait Sealed {}
}

/// What stands behind a [`Scalar`](crate::Scalar): a number, a text or a boolean.
///
/// These are the integers, `f64`, `f32`, `String`, `&'static str` and `bool`. No other type can be one.
pub trait Primitive: Sized + sealed::Sealed {
    /// Which values the type has.
    #[doc(hidden)]
    const KIND: Kind;

    /// The number that it is. Of other types a number, too: that they are none, their kind says.
    #[doc(hidden)]
    type Number;

    /// The value that is stored as `stored`, which lies in `domain`.
    #[doc(hidden)]
    fn decode(domain: &Domain, stored: f64) -> Self;

    /// This value as Python sees it.
    #[doc(hidden)]
    fn encode(&self, domain: &Domain) -> Value;
}

/// A number itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number, so it cannot have a range",
    label = "neither an integer nor a float"
)]
pub trait Number: Primitive {}

macro_rules! sealed {
    ($($ty:ty),*) => {
        $(impl sealed::Sealed for $ty {})*
    };
}
sealed!(
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

macro_rules! integers {
    ($($int:ty),*) => {$(
        impl Primitive for $int {
            #[allow(clippy::cast_possible_wrap, clippy::cast_lossless, reason = "u128 is cut")]
            const KIND: Kind = Kind::Int {
                min: <$int>::MIN as i128,
                max: if <$int>::MAX as i128 <= 0 { i128::MAX } else { <$int>::MAX as i128 },
            };
            type Number = Self;

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
        impl Number for $int {}
    )*};
}
integers!(
    i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);

impl Primitive for f64 {
    const KIND: Kind = Kind::F64;
    type Number = Self;

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
impl Number for f64 {}

impl Primitive for f32 {
    const KIND: Kind = Kind::F32;
    type Number = Self;

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
impl Number for f32 {}

impl Primitive for String {
    const KIND: Kind = Kind::Text;
    type Number = f64;

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

impl Primitive for &'static str {
    const KIND: Kind = Kind::Text;
    type Number = f64;

    fn decode(domain: &Domain, stored: f64) -> Self {
        match domain.value(stored) {
            Value::Str(Cow::Borrowed(text)) => Some(text),
            _ => None,
        }
        .expect("the choices of a text field are constants")
    }

    fn encode(&self, _: &Domain) -> Value {
        Value::Str(Cow::Borrowed(self))
    }
}

impl Primitive for bool {
    const KIND: Kind = Kind::Bool;
    type Number = f64;

    fn decode(domain: &Domain, stored: f64) -> Self {
        domain.value(stored) == Value::Bool(true)
    }

    fn encode(&self, _: &Domain) -> Value {
        Value::Bool(*self)
    }
}
