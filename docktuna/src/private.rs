//! What generated code calls. Public for that reason only: no part of it is covered by semantic
//! versioning.

pub use crate::error::BoxError;
pub use crate::space::{
    Arm, Bound, Direction, Domain, Field, Kind, Objective, Param, Sequence, Space, StudySpec,
    Switch, Value,
};
use crate::space::{GRID_TOLERANCE, same_space, same_value};
pub use crate::tunable::convert::{
    Comparable, Converted, FromFunction, IntoFunction, Types, built, by_traits, from_inner,
    into_inner, kept,
};
pub use crate::tunable::newtype::{NotScalar, NotTunable, Probe, held};
pub use crate::tunable::parts::{build_part, build_tuple, record_part, record_tuple};
pub use crate::tunable::traverse::{
    build_array, build_option, build_param, build_scalar, build_vec, enter_arm, record_arm,
    record_elements, record_option, record_param, record_scalar, record_vec,
};
pub use crate::tunable::{Number, Primitive, Scalar, Sink, Source, Tunable};
pub use crate::words::{line, line_length, line_text};
pub use core::option::Option;
pub use core::result::Result;
pub use std::borrow::Cow;

/// The two booleans.
pub const BOOL: Domain = crate::tunable::BOOL;
/// The labels of an `Option`.
pub const OPTION: &[Value] = crate::tunable::OPTION;

/// A type whose value is known where none is given, for `skip` and `fixed`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no default value, which `skip` and `fixed` take where none is given",
    label = "this type does not implement Default",
    note = "help: implement Default, or write skip = expr or fixed = expr"
)]
pub trait Given {
    /// The value.
    fn given() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> Given for T {
    fn given() -> Self {
        T::default()
    }
}

/// A text as a choice.
#[must_use]
pub const fn text(text: &'static str) -> Value {
    Value::Str(Cow::Borrowed(text))
}

/// A text as a choice of a field of `kind`.
///
/// # Panics
///
/// If the field does not hold it. In a `const` that is a compile error.
#[must_use]
#[track_caller]
pub const fn held_text(kind: Kind, text: &'static str) -> Value {
    assert!(
        matches!(kind, Kind::Text | Kind::Character),
        "a text, but the field's type holds none; help: list values of the type itself, or say how it becomes a \
         text and back, as = String, from = path, into = path, or derive Tunable for an enum"
    );
    if let Kind::Character = kind {
        assert!(
            is_character(text),
            "the field's type holds one character; help: write 'a', or use String for the field"
        );
    }
    Value::Str(Cow::Borrowed(text))
}

/// A boolean as a choice of a field of `kind`.
///
/// # Panics
///
/// If the field does not hold it. In a `const` that is a compile error.
#[must_use]
#[track_caller]
pub const fn held_bool(kind: Kind, bool: bool) -> Value {
    assert!(
        matches!(kind, Kind::Bool),
        "a boolean, but the field's type holds none; help: list values of the type itself, or derive Tunable for an \
         enum"
    );
    Value::Bool(bool)
}

/// Whether the text is one character: a first byte, and no other one.
const fn is_character(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut i, mut characters) = (0, 0);
    while i < bytes.len() {
        if bytes[i] & 0b1100_0000 != 0b1000_0000 {
            characters += 1;
        }
        i += 1;
    }
    characters == 1
}

/// `bound`, written as a float, for a field of `kind`.
///
/// # Panics
///
/// If the field holds integers. In a `const` that is a compile error.
#[must_use]
#[track_caller]
pub const fn float_literal(kind: Kind, bound: Bound) -> Bound {
    assert!(
        !matches!(kind, Kind::Int { .. } | Kind::NotZero { .. }),
        "a float, but the field's type is an integer; help: write an integer"
    );
    bound
}

/// `bound`, written as an integer, for a field of `kind`.
///
/// # Panics
///
/// If the field holds floats. In a `const` that is a compile error.
#[must_use]
#[track_caller]
pub const fn int_literal(kind: Kind, bound: Bound) -> Bound {
    assert!(
        !matches!(kind, Kind::F64 | Kind::F32),
        "an integer, but the field's type is a float; help: write a decimal point"
    );
    bound
}

/// `param` with a default that the derive could not compare with the domain.
///
/// # Panics
///
/// If the default is not in the domain. In a `const` that is a compile error.
#[must_use]
#[track_caller]
pub const fn checked_default(param: Param, value: &'static Value) -> Param {
    assert!(
        contains(param.domain(), value),
        "the default is not in the range, off the step grid or not among the choices"
    );
    param.default_value(value)
}

/// `choices`, which the derive could not compare with each other.
///
/// # Panics
///
/// If two of them are equal. In a `const` that is a compile error.
#[must_use]
#[track_caller]
pub const fn distinct(choices: &'static [Value]) -> &'static [Value] {
    let mut i = 0;
    while i < choices.len() {
        let mut j = 0;
        while j < i {
            assert!(
                !same_value(&choices[i], &choices[j]),
                "a choice is listed twice; help: remove one"
            );
            j += 1;
        }
        i += 1;
    }
    choices
}

/// The space of a field whose own name is left out of the names below it.
///
/// # Panics
///
/// If it is not that of a struct. In a `const` that is a compile error.
#[must_use]
#[track_caller]
pub const fn flattened(space: &'static Space) -> &'static Space {
    assert!(
        matches!(space, Space::Group(_)),
        "`flatten` needs a struct; help: remove `flatten`"
    );
    space
}

/// The space of a field whose type has labels, with a default of the field's own.
///
/// # Panics
///
/// If it has no labels, or not this one. In a `const` that is a compile error.
#[must_use]
#[track_caller]
pub const fn default_label(space: &'static Space, label: &'static Value) -> Space {
    let Space::Switch(switch) = space else {
        no_labels()
    };
    assert!(
        contains(switch.label().domain(), label),
        "the default is none of the labels that the field's type has"
    );
    Space::Switch(switch.default_label(label))
}

/// As [`default_label`], of the variant called `name`.
///
/// # Panics
///
/// If the variant is not searched. In a `const` that is a compile error.
#[must_use]
#[track_caller]
pub const fn default_variant(space: &'static Space, name: &str) -> Space {
    let Space::Switch(switch) = space else {
        no_labels()
    };
    let Some(label) = switch.label_of(name) else {
        not_searched()
    };
    Space::Switch(switch.default_label(label))
}

#[allow(
    clippy::panic,
    reason = "the compiler shows it as an error at the user's attribute"
)]
#[track_caller]
const fn no_labels() -> ! {
    panic!("the field's type has no labels; help: give defaults inside it")
}

#[allow(
    clippy::panic,
    reason = "the compiler shows it as an error at the user's attribute"
)]
#[track_caller]
const fn not_searched() -> ! {
    panic!(
        "the default variant is never drawn; help: remove `skip` from it, or write another default"
    )
}

/// The space of a shared field, which is that of the first branch of the same name.
///
/// # Panics
///
/// If they differ. In a `const` that is a compile error.
#[must_use]
#[track_caller]
pub const fn equal_spaces(space: &'static Space, first: &'static Space) -> &'static Space {
    assert!(
        same_space(space, first),
        "another branch shares this name and is drawn from something else; help: give both the same \
         rule, or remove `shared`"
    );
    space
}

/// The text of what a rule across fields said.
///
/// # Errors
///
/// The rule's.
pub fn refusal<E: core::fmt::Display>(rule: Result<(), E>) -> Result<(), String> {
    rule.map_err(|reason| reason.to_string())
}

/// `array` with a default for this number of elements.
///
/// # Panics
///
/// If it has another number of elements. In a `const` that is a compile error.
#[must_use]
#[track_caller]
pub const fn as_long(array: Sequence, default: usize) -> Sequence {
    assert!(
        array.longest() == default,
        "the default has another number of elements than the array"
    );
    array
}

/// Whether `value`, which has the type of the field, is in `domain`.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "rounding is not const"
)]
const fn contains(domain: &Domain, value: &Value) -> bool {
    match (domain, value) {
        (Domain::Float(range), Value::Float(value)) => {
            let inside = range.low <= *value && *value <= range.high;
            let Some(step) = range.step else {
                return inside;
            };
            let steps = (*value - range.low) / step;
            let off = steps - (steps + 0.5) as i64 as f64;
            inside && off < GRID_TOLERANCE && off > -GRID_TOLERANCE
        }
        (Domain::Int(range), Value::Int(value)) => {
            range.low <= *value && *value <= range.high && (*value - range.low) % range.step == 0
        }
        (Domain::Choice(list), value) => {
            let mut i = 0;
            while i < list.choices.len() {
                if same_value(&list.choices[i], value) {
                    return true;
                }
                i += 1;
            }
            false
        }
        _ => false,
    }
}
