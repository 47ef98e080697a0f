//! What is compared.

use std::str::FromStr;

use docktuna::BoxError;
use docktuna::sampler::{Auto, Gp, Random, Sampler as Chooses, Tpe};

use crate::optuna::Optuna;
use crate::problem::{Losses, Problem, Run};

/// A sampler of either side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sampler {
    name: &'static str,
    side: Side,
}

/// Makes a sampler of this crate.
pub(crate) type NewSampler = fn() -> Box<dyn Chooses>;

#[derive(Debug, Clone, Copy)]
enum Side {
    Native(NewSampler),
    /// By the name that `optuna.py` has for it.
    Python(&'static str),
}

/// All of them; the first is compared with the others.
pub(crate) const ALL: &[Sampler] = &[
    native("tpe", || Box::new(Tpe::default())),
    native("gp", || Box::new(Gp::default())),
    native("auto", || Box::new(Auto::default())),
    native("random", || Box::new(Random)),
    native("tpe-optuna", || Box::new(Tpe::optuna().group(true))),
    python("optuna-tpe", "tpe"),
    python("optuna-group", "group"),
    python("optuna-gp", "gp"),
    python("optuna-cmaes", "cmaes"),
    python("optuna-random", "random"),
];

/// What is measured unless something else is asked for.
pub(crate) const USUAL: [&str; 5] = [
    "tpe",
    "random",
    "optuna-tpe",
    "optuna-group",
    "optuna-random",
];

const fn native(name: &'static str, new: NewSampler) -> Sampler {
    let side = Side::Native(new);
    Sampler { name, side }
}

const fn python(name: &'static str, theirs: &'static str) -> Sampler {
    let side = Side::Python(theirs);
    Sampler { name, side }
}

impl Sampler {
    pub(crate) fn name(self) -> &'static str {
        self.name
    }

    pub(crate) fn is_random(self) -> bool {
        self.name.ends_with("random")
    }

    /// What Optuna's side calls it; none for a sampler of this crate.
    pub(crate) fn python(self) -> Option<&'static str> {
        match self.side {
            Side::Native(_) => None,
            Side::Python(name) => Some(name),
        }
    }

    /// The losses of one run on `problem`.
    pub(crate) fn run(self, problem: &Problem, optuna: Option<&mut Optuna>, run: Run) -> Losses {
        match (self.side, optuna) {
            (Side::Native(new), _) => problem.native(new, run),
            (Side::Python(name), Some(optuna)) => problem.python(optuna, name, run),
            (Side::Python(_), None) => Err(BoxError::from("Python was not started")),
        }
    }
}

impl FromStr for Sampler {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        let named = ALL.iter().find(|known| known.name == name);
        named.copied().ok_or(())
    }
}
