//! What is compared.

use std::str::FromStr;

use docktuna::BoxError;

use crate::native::Native;
use crate::optuna::{Optuna, Python};
use crate::problem::{Losses, Problem, Run};

/// A sampler of either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sampler {
    Native(Native),
    Python(Python),
}

/// All of them by name; the first is compared with the others.
pub(crate) const ALL: &[(&str, Sampler)] = &[
    ("tpe", Sampler::Native(Native::Tpe)),
    ("random", Sampler::Native(Native::Random)),
    ("optuna-tpe", Sampler::Python(Python::Tpe)),
    ("optuna-group", Sampler::Python(Python::Group)),
    ("optuna-random", Sampler::Python(Python::Random)),
];

impl Sampler {
    pub(crate) fn name(self) -> &'static str {
        let own = ALL.iter().find(|(_, sampler)| *sampler == self);
        own.map_or("", |(name, _)| name)
    }

    pub(crate) fn is_random(self) -> bool {
        matches!(
            self,
            Self::Native(Native::Random) | Self::Python(Python::Random)
        )
    }

    pub(crate) fn needs_python(self) -> bool {
        matches!(self, Self::Python(_))
    }

    /// The losses of one run on `problem`.
    pub(crate) fn run(self, problem: &Problem, optuna: Option<&mut Optuna>, run: Run) -> Losses {
        match (self, optuna) {
            (Self::Native(sampler), _) => problem.native(sampler, run),
            (Self::Python(sampler), Some(optuna)) => problem.python(optuna, sampler, run),
            (Self::Python(_), None) => Err(BoxError::from("Python was not started")),
        }
    }
}

impl FromStr for Sampler {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        let named = ALL.iter().find(|(known, _)| *known == name);
        named.map(|(_, sampler)| *sampler).ok_or(())
    }
}
