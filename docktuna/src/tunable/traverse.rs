//! The steps of a traversal, for generated code and for the types that need none.

use super::{Scalar, Sink, Source};
use crate::space::{Arm, Param, Sequence, Space, Value};

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
    let value = build_param(source, field.space())?;
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
    record_param(sink, field.space(), value)?;
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
    sink.param(space.switch().label(), Value::Str(label.into()))?;
    sink.enter(label);
    Ok(())
}

/// Gives the scalar that `space` is.
///
/// # Errors
///
/// The source's error.
pub fn build_param<T: Scalar, S: Source + ?Sized>(
    source: &mut S,
    space: &'static Space,
) -> Result<T, S::Error> {
    T::build_from(source, space.param())
}

/// Takes the scalar that `space` is.
///
/// # Errors
///
/// The sink's error.
pub fn record_param<T: Scalar, K: Sink + ?Sized>(
    sink: &mut K,
    space: &'static Space,
    value: &T,
) -> Result<(), K::Error> {
    value.record_to(sink, space.param())
}

/// Gives an `Option` whose content `some` gives.
///
/// # Errors
///
/// The source's error.
pub fn build_option<T, S: Source + ?Sized>(
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

/// Takes an `Option` whose content `some` takes.
///
/// # Errors
///
/// The sink's error.
pub fn record_option<T, K: Sink + ?Sized>(
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

/// Gives an array whose elements `element` gives.
///
/// # Errors
///
/// The source's error.
pub fn build_array<T, S: Source + ?Sized, const N: usize>(
    source: &mut S,
    mut element: impl FnMut(&mut S) -> Result<T, S::Error>,
) -> Result<[T; N], S::Error> {
    let mut failed = None;
    let elements: [Option<T>; N] = std::array::from_fn(|index| {
        if failed.is_some() {
            return None;
        }
        source.enter(&index.to_string());
        let built = element(source);
        source.leave();
        built.map_err(|error| failed = Some(error)).ok()
    });
    match failed {
        Some(error) => Err(error),
        None => {
            Ok(elements.map(|element| element.expect("without an error all of them are there")))
        }
    }
}

/// Gives the vector that `space` is, whose elements `element` gives.
///
/// # Errors
///
/// The source's error.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a source stays inside the domain, so it is a length"
)]
pub fn build_vec<T, S: Source + ?Sized>(
    source: &mut S,
    space: &'static Space,
    mut element: impl FnMut(&mut S) -> Result<T, S::Error>,
) -> Result<Vec<T>, S::Error> {
    source.enter(Sequence::LEN);
    let length = source.param(searched_length(space))? as usize;
    source.leave();
    let mut elements = Vec::with_capacity(length);
    for index in 0..length {
        source.enter(&index.to_string());
        elements.push(element(source)?);
        source.leave();
    }
    Ok(elements)
}

/// Takes elements, each of which `element` takes.
///
/// # Errors
///
/// The sink's error.
pub fn record_elements<T, K: Sink + ?Sized>(
    sink: &mut K,
    elements: &[T],
    mut element: impl FnMut(&T, &mut K) -> Result<(), K::Error>,
) -> Result<(), K::Error> {
    for (index, value) in elements.iter().enumerate() {
        sink.enter(&index.to_string());
        element(value, sink)?;
        sink.leave();
    }
    Ok(())
}

/// Takes the vector that `space` is, whose elements `element` takes.
///
/// # Errors
///
/// The sink's error, also for a length that is not searched.
pub fn record_vec<T, K: Sink + ?Sized>(
    sink: &mut K,
    space: &'static Space,
    elements: &[T],
    element: impl FnMut(&T, &mut K) -> Result<(), K::Error>,
) -> Result<(), K::Error> {
    sink.enter(Sequence::LEN);
    sink.param(searched_length(space), elements.len().into())?;
    sink.leave();
    record_elements(sink, elements, element)
}

fn searched_length(space: &'static Space) -> &'static Param {
    let length = space.sequence().length();
    length.expect("the derive writes vectors with a length")
}

impl Space {
    /// Asks `source` for every parameter of one configuration: what a type's [`build`](crate::Tunable::build)
    /// does, without the type. This is for programs that make a space while they run.
    ///
    /// # Errors
    ///
    /// The first error of the source.
    pub fn traverse<S: Source + ?Sized>(&'static self, source: &mut S) -> Result<(), S::Error> {
        match self {
            Self::Param(param) => {
                source.param(param)?;
            }
            Self::Group(fields) => {
                for field in *fields {
                    source.enter(field.name());
                    field.space().traverse(source)?;
                    source.leave();
                }
            }
            Self::Switch(switch) => {
                let chosen = enter_arm(source, self)?;
                traverse_arm(source, &switch.arms()[chosen])?;
                source.leave();
            }
            Self::Sequence(sequence) => traverse_elements(source, self, sequence)?,
            Self::Fixed(_) => {}
        }
        Ok(())
    }
}

/// Goes through the arm that was entered; around its shared fields it is left.
fn traverse_arm<S: Source + ?Sized>(source: &mut S, arm: &'static Arm) -> Result<(), S::Error> {
    let Space::Group(fields) = arm.space() else {
        return arm.space().traverse(source);
    };
    for field in *fields {
        if field.is_shared() {
            source.leave();
        }
        source.enter(field.name());
        field.space().traverse(source)?;
        source.leave();
        if field.is_shared() {
            source.enter(arm.label());
        }
    }
    Ok(())
}

fn traverse_elements<S: Source + ?Sized>(
    source: &mut S,
    space: &'static Space,
    sequence: &'static Sequence,
) -> Result<(), S::Error> {
    let element = |source: &mut S| sequence.element().traverse(source);
    if sequence.length().is_some() {
        return build_vec(source, space, element).map(drop);
    }
    for index in 0..sequence.shortest() {
        source.enter(&index.to_string());
        element(source)?;
        source.leave();
    }
    Ok(())
}
