//! What is searched: types with a loss that is known for each of their values.

mod conditional;
mod discrete;
mod family;
mod numeric;
mod procedure;
mod real;

use docktuna::{BoxError, Space, Tunable};

pub(crate) use self::discrete::noise;
use crate::native::{self, Native};
use crate::optuna::{Optuna, Python};
use crate::parallel::Runs;

/// A search space and what its values are worth.
pub(crate) trait Objective: Tunable + Send + Sync + 'static {
    /// The smallest loss; `None` where nobody knows it.
    const OPTIMUM: Option<f64>;

    /// What this value costs; smaller is better. The same value always costs the same.
    fn loss(&self) -> f64;
}

/// The losses of a run in the order of its trials.
pub(crate) type Losses = Result<Vec<f64>, BoxError>;

/// How far a run goes, and by chance of which seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) trials: usize,
}

/// An [`Objective`] whose type is forgotten.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Problem {
    pub(crate) name: &'static str,
    /// No default of the sampler was chosen by looking at it.
    pub(crate) held_out: bool,
    pub(crate) optimum: Option<f64>,
    space: &'static Space,
    native: fn(Native, Run) -> Losses,
    python: fn(&mut Optuna, Python, Run) -> Losses,
    pub(crate) parallel: Runs,
}

impl Problem {
    const fn of<T: Objective>(name: &'static str) -> Self {
        Self {
            name,
            held_out: false,
            optimum: T::OPTIMUM,
            space: T::SPACE,
            native: native::losses::<T>,
            python: Optuna::losses::<T>,
            parallel: Runs::of::<T>(),
        }
    }

    const fn held_out(mut self) -> Self {
        self.held_out = true;
        self
    }

    /// Searches with a sampler of this crate.
    pub(crate) fn native(&self, sampler: Native, run: Run) -> Losses {
        (self.native)(sampler, run)
    }

    /// Searches with a sampler of Optuna.
    pub(crate) fn python(&self, optuna: &mut Optuna, sampler: Python, run: Run) -> Losses {
        (self.python)(optuna, sampler, run)
    }

    /// Whether some parameters exist only for some values of others.
    pub(crate) fn is_conditional(&self) -> bool {
        is_conditional(self.space)
    }
}

fn is_conditional(space: &Space) -> bool {
    match space {
        Space::Group(fields) => fields.iter().any(|field| is_conditional(field.space())),
        Space::Switch(switch) => switch.arms().iter().any(|arm| has_params(arm.space())),
        _ => false,
    }
}

fn has_params(space: &Space) -> bool {
    match space {
        Space::Param(_) | Space::Switch(_) => true,
        Space::Group(fields) => fields.iter().any(|field| has_params(field.space())),
        _ => false,
    }
}

/// All problems, in the order of the table.
pub(crate) const ALL: &[Problem] = &[
    Problem::of::<numeric::Branin>("branin2"),
    Problem::of::<numeric::TwoPeaks>("two_peaks4"),
    Problem::of::<numeric::Plateaus>("plateaus5"),
    Problem::of::<numeric::Rastrigin>("rastrigin5"),
    Problem::of::<numeric::Rosenbrock>("rosenbrock6"),
    Problem::of::<numeric::Ackley>("ackley10"),
    Problem::of::<numeric::Ellipsoid>("ellipsoid4").held_out(),
    Problem::of::<numeric::Shekel>("shekel4").held_out(),
    Problem::of::<numeric::Michalewicz>("michalewicz5").held_out(),
    Problem::of::<numeric::Hartmann>("hartmann6").held_out(),
    Problem::of::<numeric::StyblinskiTang>("styblinski8").held_out(),
    Problem::of::<numeric::Levy>("levy9").held_out(),
    Problem::of::<discrete::Rates>("log4"),
    Problem::of::<discrete::Counts>("int5"),
    Problem::of::<discrete::Labels>("categorical6"),
    Problem::of::<discrete::Network>("mixed7"),
    Problem::of::<discrete::Steps>("stepped6").held_out(),
    Problem::of::<discrete::TwoBasins>("two_basins7").held_out(),
    Problem::of::<conditional::Arms>("arms"),
    Problem::of::<conditional::Training>("optimizer"),
    Problem::of::<conditional::Extras>("options"),
    Problem::of::<conditional::Stack>("layers").held_out(),
    Problem::of::<conditional::Pipeline>("pipeline").held_out(),
    Problem::of::<conditional::Deep>("nested").held_out(),
    Problem::of::<family::Many>("many"),
    Problem::of::<family::Curve>("curve").held_out(),
    Problem::of::<family::Chain>("chain").held_out(),
    Problem::of::<procedure::Descent>("descent"),
    Problem::of::<procedure::Tour>("tour").held_out(),
    Problem::of::<real::Regressor>("diabetes"),
    Problem::of::<real::Boosting>("boosting7").held_out(),
    Problem::of::<real::Classifier>("digits").held_out(),
];
