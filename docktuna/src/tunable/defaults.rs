//! The source of `Tunable::defaults`.

use std::collections::HashMap;

use super::Source;
use crate::space::path::Path;
use crate::space::{Param, Space};

/// Gives every parameter its default: that of the field, which may be another one than that of its type.
pub(super) struct Defaults {
    path: Path,
    stored: HashMap<String, f64>,
}

impl Defaults {
    /// The defaults of `space`, where every parameter has one.
    pub(super) fn of(space: &Space) -> Self {
        let nodes = space.active(|label| label.param()?.default().cloned());
        let stored = nodes.into_iter().filter_map(|node| {
            let param = node.param()?;
            let stored = param.domain().stored(param.default()?)?;
            Some((node.name, stored))
        });
        Self {
            path: Path::start(space),
            stored: stored.collect(),
        }
    }
}

impl Source for Defaults {
    type Error = String;

    fn enter(&mut self, name: &str) {
        self.path.enter(name);
    }

    fn leave(&mut self) {
        self.path.leave();
    }

    fn param(&mut self, _: &'static Param) -> Result<f64, String> {
        let name = self.path.name();
        let stored = self.stored.get(name).copied();
        Ok(stored.expect("`defaults` checks that there is one, the derive that it lies within"))
    }

    fn refused(&mut self, reason: String) -> String {
        format!("the default of `{}` is refused: {reason}", self.path.name())
    }
}
