//! The steps of a traversal through tuples, for generated code.

use super::{Sink, Source};

/// Gives what `build` puts together.
///
/// # Errors
///
/// Those of `build`.
pub fn build_tuple<T, S: Source + ?Sized>(
    source: &mut S,
    build: impl FnOnce(&mut S) -> Result<T, S::Error>,
) -> Result<T, S::Error> {
    build(source)
}

/// Takes what `record` takes apart.
///
/// # Errors
///
/// Those of `record`.
pub fn record_tuple<K: Sink + ?Sized>(
    sink: &mut K,
    record: impl FnOnce(&mut K) -> Result<(), K::Error>,
) -> Result<(), K::Error> {
    record(sink)
}

/// Gives the part called `name`, which `build` gives.
///
/// # Errors
///
/// Those of `build`.
pub fn build_part<T, S: Source + ?Sized>(
    source: &mut S,
    name: &str,
    build: impl FnOnce(&mut S) -> Result<T, S::Error>,
) -> Result<T, S::Error> {
    source.enter(name);
    let value = build(source)?;
    source.leave();
    Ok(value)
}

/// Takes the part called `name`, which `record` takes.
///
/// # Errors
///
/// Those of `record`.
pub fn record_part<K: Sink + ?Sized>(
    sink: &mut K,
    name: &str,
    record: impl FnOnce(&mut K) -> Result<(), K::Error>,
) -> Result<(), K::Error> {
    sink.enter(name);
    record(sink)?;
    sink.leave();
    Ok(())
}
