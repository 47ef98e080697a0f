//! What generated code calls. Public for that reason only: no part of it is covered by semantic
//! versioning.

pub use crate::space::{
    Arm, Bound, Direction, Domain, Field, Kind, Objective, Param, Space, StudySpec, Switch, Value,
};
pub use crate::tunable::{Number, Scalar, Sink, Source, Tunable};
pub use core::option::Option;
pub use core::result::Result;
pub use std::borrow::Cow;

/// The two booleans.
pub const BOOL: Domain = crate::tunable::BOOL;
/// The labels of an `Option`.
pub const OPTION: &[Value] = crate::tunable::OPTION;

/// A text as a choice.
#[must_use]
pub const fn text(text: &'static str) -> Value {
    Value::Str(Cow::Borrowed(text))
}

/// Gives the scalar field at `index` of the group `space`.
///
/// # Errors
///
/// The source's error.
pub fn build_scalar<T: Scalar, S: Source + ?Sized>(
    source: &mut S,
    space: &'static Space,
    index: usize,
) -> Result<T, S::Error> {
    let field = space.field(index);
    source.enter(field.name());
    let value = scalar(source, field.space())?;
    source.leave();
    Ok(value)
}

/// Takes the scalar field at `index` of the group `space`.
///
/// # Errors
///
/// The sink's error.
pub fn record_scalar<T: Scalar, K: Sink + ?Sized>(
    sink: &mut K,
    space: &'static Space,
    index: usize,
    value: &T,
) -> Result<(), K::Error> {
    let field = space.field(index);
    sink.enter(field.name());
    record(sink, field.space(), value)?;
    sink.leave();
    Ok(())
}

/// Gives the field at `index` of the group `space`, an `Option` of a scalar.
///
/// # Errors
///
/// The source's error.
pub fn build_optional<T: Scalar, S: Source + ?Sized>(
    source: &mut S,
    space: &'static Space,
    index: usize,
) -> Result<Option<T>, S::Error> {
    let field = space.field(index);
    source.enter(field.name());
    let some = field.space().switch().arms()[1].space();
    let value = build_option(source, field.space(), |source| scalar(source, some))?;
    source.leave();
    Ok(value)
}

/// Takes the field at `index` of the group `space`, an `Option` of a scalar.
///
/// # Errors
///
/// The sink's error.
pub fn record_optional<T: Scalar, K: Sink + ?Sized>(
    sink: &mut K,
    space: &'static Space,
    index: usize,
    value: &Option<T>,
) -> Result<(), K::Error> {
    let field = space.field(index);
    sink.enter(field.name());
    let some = field.space().switch().arms()[1].space();
    record_option(sink, field.space(), value.as_ref(), |value, sink| {
        record(sink, some, value)
    })?;
    sink.leave();
    Ok(())
}

/// Gives the field at `index` of the group `space`, whose type is itself tunable.
///
/// # Errors
///
/// The source's error.
pub fn build_nested<T: Tunable, S: Source + ?Sized>(
    source: &mut S,
    space: &'static Space,
    index: usize,
) -> Result<T, S::Error> {
    source.enter(space.field(index).name());
    let value = T::build(source)?;
    source.leave();
    Ok(value)
}

/// Takes the field at `index` of the group `space`, whose type is itself tunable.
///
/// # Errors
///
/// The sink's error.
pub fn record_nested<T: Tunable, K: Sink + ?Sized>(
    sink: &mut K,
    space: &'static Space,
    index: usize,
    value: &T,
) -> Result<(), K::Error> {
    sink.enter(space.field(index).name());
    value.record(sink)?;
    sink.leave();
    Ok(())
}

/// Asks which arm of the switch `space` is chosen and enters it; the caller leaves it.
///
/// # Errors
///
/// The source's error.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a source stays inside the domain, so it is an index"
)]
pub fn enter_arm<S: Source + ?Sized>(
    source: &mut S,
    space: &'static Space,
) -> Result<usize, S::Error> {
    let switch = space.switch();
    let index = source.param(switch.label())? as usize;
    source.enter(switch.arms()[index].label());
    Ok(index)
}

/// Hands over that the arm `label` of the switch `space` is chosen and enters it; the caller leaves
/// it.
///
/// # Errors
///
/// The sink's error, also for a label that is not searched.
pub fn record_arm<K: Sink + ?Sized>(
    sink: &mut K,
    space: &'static Space,
    label: &'static str,
) -> Result<(), K::Error> {
    sink.param(space.switch().label(), text(label))?;
    sink.enter(label);
    Ok(())
}

fn scalar<T: Scalar, S: Source + ?Sized>(
    source: &mut S,
    space: &'static Space,
) -> Result<T, S::Error> {
    let param = space.param();
    Ok(T::decode(param.domain(), source.param(param)?))
}

fn record<T: Scalar, K: Sink + ?Sized>(
    sink: &mut K,
    space: &'static Space,
    value: &T,
) -> Result<(), K::Error> {
    let param = space.param();
    sink.param(param, value.encode(param.domain()))
}

pub(crate) fn build_option<T, S: Source + ?Sized>(
    source: &mut S,
    space: &'static Space,
    some: impl FnOnce(&mut S) -> Result<T, S::Error>,
) -> Result<Option<T>, S::Error> {
    let value = match enter_arm(source, space)? {
        0 => None,
        _ => Some(some(source)?),
    };
    source.leave();
    Ok(value)
}

pub(crate) fn record_option<T, K: Sink + ?Sized>(
    sink: &mut K,
    space: &'static Space,
    value: Option<&T>,
    some: impl FnOnce(&T, &mut K) -> Result<(), K::Error>,
) -> Result<(), K::Error> {
    record_arm(sink, space, if value.is_some() { "some" } else { "none" })?;
    if let Some(value) = value {
        some(value, sink)?;
    }
    sink.leave();
    Ok(())
}
