//! Names of parameters that the compiler has checked.

use std::marker::PhantomData;

use crate::space::{Domain, Param, Value};
use crate::tunable::{Primitive, Tunable};

/// The name of a parameter of `T` whose values have the type `V`.
///
/// The compiler checks a constant of this type: a parameter must be stored under this name, in any
/// branch, and it must hold numbers, texts or booleans, as `V` says. The label of an enum is a text. No
/// code is generated for a key; the name is looked up in [`Tunable::SPACE`].
///
/// ```
/// use docktuna::{Key, Overrides, Tunable};
///
/// #[derive(Tunable)]
/// struct Train {
///     #[tune(range = 1e-5..=1e-1, log)]
///     lr: f64,
///     optimizer: Optimizer,
/// }
///
/// #[derive(Tunable)]
/// #[tune(rename_all = "snake_case")]
/// enum Optimizer {
///     Sgd { #[tune(range = 0.0..=0.99)] momentum: f64 },
///     Plain,
/// }
///
/// const LR: Key<Train, f64> = Key::new("lr");
/// const OPTIMIZER: Key<Train, &str> = Key::new("optimizer");
/// const MOMENTUM: Key<Train, f64> = Key::new("optimizer.sgd.momentum");
///
/// let overrides = Overrides::new()
///     .narrow(LR, 1e-4..=1e-3)
///     .fix(OPTIMIZER, "sgd")
///     .narrow(MOMENTUM, 0.8..=0.9);
/// overrides.check()?;
/// # Ok::<(), docktuna::Error>(())
/// ```
///
/// ```compile_fail,E0080
/// # use docktuna::{Key, Tunable};
/// # #[derive(Tunable)]
/// # struct Train { #[tune(range = 1e-5..=1e-1, log)] lr: f64 }
/// const LR: Key<Train, f64> = Key::new("learning_rate"); // no parameter has this name
/// ```
///
/// ```compile_fail,E0080
/// # use docktuna::{Key, Tunable};
/// # #[derive(Tunable)]
/// # struct Train { #[tune(range = 1e-5..=1e-1, log)] lr: f64 }
/// const LR: Key<Train, u8> = Key::new("lr"); // it holds values of another type
/// ```
pub struct Key<T, V> {
    name: &'static str,
    types: PhantomData<fn() -> (T, V)>,
}

/// A type of the values that parameters have: a number, a text or a boolean.
pub trait KeyValue: Sized {
    /// Any value of this type, to know which kind it is.
    #[doc(hidden)]
    const KIND: &'static Value;

    /// This value as Python sees it.
    #[doc(hidden)]
    fn value(&self, domain: &Domain) -> Value;
}

impl<T: Tunable, V: KeyValue> Key<T, V> {
    /// The key of the parameter stored as `name`.
    ///
    /// # Panics
    ///
    /// If there is no such parameter, or it holds values of another type. In a `const`, which is where
    /// keys are meant to be, that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        let Some(param) = T::SPACE.find(name) else {
            no_parameter()
        };
        assert!(
            holds(param, V::KIND),
            "the parameter holds values of another type; help: give the key the field's type, or \
             `&str` for the label of an enum"
        );
        Self {
            name,
            types: PhantomData,
        }
    }

    /// The stored name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

#[allow(
    clippy::panic,
    reason = "the compiler shows it as an error at the user's constant"
)]
#[track_caller]
const fn no_parameter() -> ! {
    panic!("no parameter has this name; help: `T::space()` prints them all")
}

const fn holds(param: &Param, kind: &Value) -> bool {
    let held = match param.domain() {
        Domain::Float(_) => &Value::Float(0.0),
        Domain::Int(_) => &Value::Int(0),
        // There is at least one.
        Domain::Choice(list) => &list.choices()[0],
    };
    matches!(
        (held, kind),
        (Value::Float(_), Value::Float(_))
            | (Value::Int(_), Value::Int(_))
            | (Value::Str(_), Value::Str(_))
            | (Value::Bool(_), Value::Bool(_))
    )
}

impl<T, V> Clone for Key<T, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, V> Copy for Key<T, V> {}

impl<T, V> std::fmt::Debug for Key<T, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Key").field(&self.name).finish()
    }
}

macro_rules! values {
    ($($value:ty => $kind:expr),*) => {$(
        impl KeyValue for $value {
            const KIND: &'static Value = &$kind;

            fn value(&self, domain: &Domain) -> Value {
                self.encode(domain)
            }
        }
    )*};
}
values!(
    i8 => Value::Int(0), i16 => Value::Int(0), i32 => Value::Int(0), i64 => Value::Int(0),
    isize => Value::Int(0), u8 => Value::Int(0), u16 => Value::Int(0), u32 => Value::Int(0),
    u64 => Value::Int(0), usize => Value::Int(0), i128 => Value::Int(0), u128 => Value::Int(0),
    f32 => Value::Float(0.0), f64 => Value::Float(0.0), bool => Value::Bool(false),
    String => Value::Str(std::borrow::Cow::Borrowed(""))
);

impl KeyValue for &str {
    const KIND: &'static Value = &Value::Str(std::borrow::Cow::Borrowed(""));

    fn value(&self, _: &Domain) -> Value {
        (*self).to_owned().into()
    }
}
