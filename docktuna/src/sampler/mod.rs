//! Where the values of a new trial come from.

mod draw;
mod random;

pub(crate) use draw::{Draw, Drawn, Given, generator};
pub use random::Random;

use rand::Rng;

use crate::distribution::Distribution;

/// Chooses the values of a new trial.
///
/// It never sees the database: no lock and no connection is held while it works.
pub trait Sampler: std::fmt::Debug + Send + Sync {
    /// Its name, recorded with the study.
    fn name(&self) -> &'static str;

    /// A value for the parameter `name`, in the form in which it is stored: a number itself, a
    /// choice as its index. It has to lie in `distribution`.
    ///
    /// `rng` is made from the study's seed and the trial's number, so that a seeded study repeats;
    /// an implementation must not use another source of chance.
    fn sample(&self, rng: &mut dyn Rng, name: &str, distribution: &Distribution) -> f64;
}
