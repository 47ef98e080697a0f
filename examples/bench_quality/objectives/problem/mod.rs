//! What is searched: types with several losses that are known for each of their values.

mod classic;
mod made_up;
mod real;

use docktuna::{BoxError, Tunable};

use super::native::{self, Native};
use super::{Run, front::Front};
use crate::remote::Remote;

/// A search space and what its values cost.
pub(super) trait Objectives: Tunable + Send + Sync + 'static {
    /// A bound below all losses, objective by objective.
    const IDEAL: &'static [f64];
    /// The reference point; what is beyond it in one objective counts nothing.
    const REFERENCE: &'static [f64];

    /// What this value costs; smaller is better. The same value always costs the same.
    fn losses(&self) -> Vec<f64>;
}

/// The fronts of a run, after each number of trials that was asked for.
pub(super) type Fronts = Result<Vec<Front>, BoxError>;

/// [`Objectives`] whose type is forgotten.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem {
    pub(super) name: &'static str,
    /// No rule of the sampler was chosen by looking at it.
    pub(super) held_out: bool,
    native: fn(Native, &Run) -> Fronts,
    python: fn(&mut Remote, &str, &Run) -> Fronts,
}

impl Problem {
    const fn of<T: Objectives>(name: &'static str) -> Self {
        Self {
            name,
            held_out: false,
            native: native::fronts::<T>,
            python: super::optuna::fronts::<T>,
        }
    }

    const fn held_out(mut self) -> Self {
        self.held_out = true;
        self
    }

    /// Searches with a sampler of this crate.
    pub(super) fn native(&self, sampler: Native, run: &Run) -> Fronts {
        (self.native)(sampler, run)
    }

    /// Searches with the sampler of Optuna that the driver calls `sampler`.
    pub(super) fn python(&self, remote: &mut Remote, sampler: &str, run: &Run) -> Fronts {
        (self.python)(remote, sampler, run)
    }
}

/// All problems, in the order of the table.
pub(super) const ALL: &[Problem] = &[
    Problem::of::<classic::Zdt1>("zdt1_10"),
    Problem::of::<classic::Zdt4>("zdt4_6"),
    Problem::of::<classic::Dtlz2>("dtlz2_6"),
    Problem::of::<classic::Kursawe>("kursawe3"),
    Problem::of::<made_up::Network>("mixed7"),
    Problem::of::<made_up::Optimizer>("optimizer"),
    Problem::of::<made_up::Rates>("log4"),
    Problem::of::<real::Digits>("network5"),
    Problem::of::<classic::Zdt2>("zdt2_10").held_out(),
    Problem::of::<classic::Zdt3>("zdt3_10").held_out(),
    Problem::of::<classic::Zdt6>("zdt6_6").held_out(),
    Problem::of::<classic::Dtlz2Of3>("dtlz2_7of3").held_out(),
    Problem::of::<classic::Dtlz7Of3>("dtlz7_6of3").held_out(),
    Problem::of::<classic::Truss>("truss4").held_out(),
    Problem::of::<made_up::Parts>("categorical6").held_out(),
    Problem::of::<made_up::Pipeline>("pipeline").held_out(),
    Problem::of::<made_up::Quantized>("quantized5").held_out(),
    Problem::of::<real::Classifier>("digits").held_out(),
];
