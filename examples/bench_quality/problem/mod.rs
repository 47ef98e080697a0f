//! What is searched: types with a loss that is known for each of their values, and problems in files.

mod conditional;
mod discrete;
mod family;
pub(crate) mod file;
mod numeric;
mod procedure;
mod real;

use docktuna::sampler::Sampler;
use docktuna::{BoxError, Space, Tunable};

pub(crate) use self::discrete::noise;
use crate::native;
use crate::optuna::Optuna;
use crate::parallel::Runs;
use crate::sampler::NewSampler;

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

/// An [`Objective`] whose type is forgotten, or a problem that was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Problem {
    pub(crate) name: &'static str,
    /// Problems of one family are summed up in the tables.
    pub(crate) family: &'static str,
    /// No default of the sampler was chosen by looking at it.
    pub(crate) held_out: bool,
    pub(crate) optimum: Option<f64>,
    space: &'static Space,
    search: Search,
}

/// How a problem is searched: with this crate, and with Optuna.
#[derive(Debug, Clone, Copy)]
enum Search {
    /// In a study of its type.
    Typed {
        native: fn(Box<dyn Sampler>, Run) -> Losses,
        python: fn(&mut Optuna, &str, Run) -> Losses,
        parallel: Runs,
    },
    /// In a rehearsal on its space.
    Read(&'static file::Read),
}

impl Problem {
    const fn of<T: Objective>(family: &'static str, name: &'static str) -> Self {
        Self {
            name,
            family,
            held_out: false,
            optimum: T::OPTIMUM,
            space: T::SPACE,
            search: Search::Typed {
                native: native::losses::<T>,
                python: Optuna::losses::<T>,
                parallel: Runs::of::<T>(),
            },
        }
    }

    const fn held_out(mut self) -> Self {
        self.held_out = true;
        self
    }

    /// Searches with a sampler of this crate.
    pub(crate) fn native(&self, sampler: NewSampler, run: Run) -> Losses {
        match self.search {
            Search::Typed { native, .. } => native(sampler(), run),
            Search::Read(problem) => native::losses_of_read(problem, &*sampler(), run),
        }
    }

    /// Searches with a sampler of Optuna.
    pub(crate) fn python(&self, optuna: &mut Optuna, sampler: &str, run: Run) -> Losses {
        match self.search {
            Search::Typed { python, .. } => python(optuna, sampler, run),
            Search::Read(problem) => optuna.losses_of_read(problem, sampler, run),
        }
    }

    /// Its runs with several workers; `None` for one out of a file.
    pub(crate) fn parallel(&self) -> Option<Runs> {
        match self.search {
            Search::Typed { parallel, .. } => Some(parallel),
            Search::Read(_) => None,
        }
    }

    #[cfg(test)]
    pub(crate) fn space(&self) -> &'static Space {
        self.space
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
    Problem::of::<numeric::Branin>("numeric", "branin2"),
    Problem::of::<numeric::TwoPeaks>("numeric", "two_peaks4"),
    Problem::of::<numeric::Plateaus>("numeric", "plateaus5"),
    Problem::of::<numeric::Rastrigin>("numeric", "rastrigin5"),
    Problem::of::<numeric::Rosenbrock>("numeric", "rosenbrock6"),
    Problem::of::<numeric::Ackley>("numeric", "ackley10"),
    Problem::of::<numeric::Ellipsoid>("numeric", "ellipsoid4").held_out(),
    Problem::of::<numeric::Shekel>("numeric", "shekel4").held_out(),
    Problem::of::<numeric::Michalewicz>("numeric", "michalewicz5").held_out(),
    Problem::of::<numeric::Hartmann>("numeric", "hartmann6").held_out(),
    Problem::of::<numeric::StyblinskiTang>("numeric", "styblinski8").held_out(),
    Problem::of::<numeric::Levy>("numeric", "levy9").held_out(),
    Problem::of::<discrete::Rates>("discrete", "log4"),
    Problem::of::<discrete::Counts>("discrete", "int5"),
    Problem::of::<discrete::Labels>("discrete", "categorical6"),
    Problem::of::<discrete::Network>("discrete", "mixed7"),
    Problem::of::<discrete::Steps>("discrete", "stepped6").held_out(),
    Problem::of::<discrete::TwoBasins>("discrete", "two_basins7").held_out(),
    Problem::of::<conditional::Arms>("conditional", "arms"),
    Problem::of::<conditional::Training>("conditional", "optimizer"),
    Problem::of::<conditional::Extras>("conditional", "options"),
    Problem::of::<conditional::Stack>("conditional", "layers").held_out(),
    Problem::of::<conditional::Pipeline>("conditional", "pipeline").held_out(),
    Problem::of::<conditional::Deep>("conditional", "nested").held_out(),
    Problem::of::<family::Many>("conditional", "many"),
    Problem::of::<family::Curve>("conditional", "curve").held_out(),
    Problem::of::<family::Chain>("conditional", "chain").held_out(),
    Problem::of::<procedure::Descent>("procedure", "descent"),
    Problem::of::<procedure::Tour>("procedure", "tour").held_out(),
    Problem::of::<real::Regressor>("real", "diabetes"),
    Problem::of::<real::Boosting>("real", "boosting7").held_out(),
    Problem::of::<real::Classifier>("real", "digits").held_out(),
];
