//! The source of `Tunable::defaults`.

use std::collections::HashMap;

use super::named::{Named, NamedSource};
use crate::space::{Param, Space};

/// Gives every parameter its default: that of the field, which may be another one than that of its type.
pub(super) struct Defaults(HashMap<String, f64>);

impl Defaults {
    /// The defaults of `space`, where every parameter has one.
    pub(super) fn of(space: &Space) -> Named<Self> {
        let nodes = space.active(|label| label.param()?.default().cloned());
        let stored = nodes.into_iter().filter_map(|node| {
            let param = node.param()?;
            let stored = param.domain().stored(param.default()?)?;
            Some((node.name().to_owned(), stored))
        });
        Named::new(space, Self(stored.collect()))
    }
}

impl NamedSource for Defaults {
    type Error = String;

    fn param(&mut self, name: &str, _: &'static Param) -> Result<f64, String> {
        let stored = self.0.get(name).copied();
        Ok(stored.expect("`defaults` checks that there is one, the derive that it lies within"))
    }

    fn refused(&mut self, name: &str, reason: String) -> String {
        format!("the default of `{name}` is refused: {reason}")
    }
}
