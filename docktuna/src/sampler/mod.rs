//! Samplers choose the values of a new trial.
//!
//! [`Auto`] is the default. It asks [`Gp`] and [`Tpe`] in turn, which learn from the trials of the study. [`Random`] is
//! the baseline. [`Grid`] tries every combination once. All of them work the same way: the type's tree is walked from the
//! top, and the sampler is asked by name for each parameter that is needed.
//!
//! # Your own
//!
//! A sampler is a type with two functions. This one tries values near those of the best trial:
//!
//! ```
//! use docktuna::sampler::{Draft, Random, Sampler};
//! use docktuna::Distribution;
//!
//! #[derive(Debug)]
//! struct NearTheBest;
//!
//! impl Sampler for NearTheBest {
//!     fn name(&self) -> &'static str {
//!         "near-the-best"
//!     }
//!
//!     fn reads_history(&self) -> bool {
//!         true
//!     }
//!
//!     fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64 {
//!         let drawn = Random.sample(draft, name, distribution);
//!         let best = draft.history().best().and_then(|trial| trial.stored(name));
//!         match (best, distribution) {
//!             (Some(best), Distribution::Float(range)) if range.grid_step().is_none() => {
//!                 (0.8 * best + 0.2 * drawn).clamp(range.low(), range.high())
//!             }
//!             _ => drawn,
//!         }
//!     }
//! }
//!
//! # #[derive(docktuna::Tunable)]
//! # struct Train { #[tune(range = 0.0..=1.0)] dropout: f64 }
//! # async fn example() -> docktuna::Result<()> {
//! let db = docktuna::OptunaDatabase::in_memory();
//! let study = db.study_builder::<Train>("sentiment").sampler(NearTheBest).open().await?;
//! for _ in 0..20 {
//!     let trial = study.ask().await?;
//!     let loss = (trial.config().dropout - 0.3).abs();
//!     trial.tell(loss).await?;
//! }
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
//! ```
//!
//! A [`Rehearsal`] tests it without a database.

mod auto;
mod axis;
mod draft;
mod draw;
mod gp;
mod grid;
mod growth;
mod history;
mod lanes;
mod normal;
mod random;
mod rehearsal;
mod space;
mod tpe;

pub use auto::Auto;
pub use draft::Draft;
pub(crate) use draw::{Draw, Drawn, Given, generator};
pub use gp::Gp;
pub use grid::Grid;
pub use history::{History, PastTrial};
pub use random::Random;
pub use rehearsal::Rehearsal;
pub use space::{SearchParam, SearchSpace};
pub use tpe::Tpe;

use crate::error::Result;
use crate::space::distribution::Distribution;

/// Chooses the values of a new trial.
///
/// It never sees the database, and no lock of the study and no connection is held while it works.
pub trait Sampler: std::fmt::Debug + Send + Sync {
    /// Its name, recorded with the study.
    fn name(&self) -> &'static str;

    /// Whether it uses the [history](Draft::history). Reading the new part of the history costs one round
    /// trip to the database for each trial.
    fn reads_history(&self) -> bool {
        false
    }

    /// Whether its choice is valid only if no other trial was added since the history was read. If a
    /// trial was added, the history is read again, and the sampler is asked again. So no two workers, on
    /// any host, choose from the same history.
    fn is_exclusive(&self) -> bool {
        false
    }

    /// Prepares for a trial. It is called before the first parameter, and again each time the rules of
    /// the type refuse the chosen configuration. By default it does nothing.
    ///
    /// # Errors
    ///
    /// If there is no trial left to choose. [`Error::GridExhausted`](crate::Error::GridExhausted) ends a
    /// run as if its last trial had ended; the ask returns any other error.
    fn prepare(&self, draft: &mut Draft<'_>) -> Result<()> {
        let _ = draft;
        Ok(())
    }

    /// How many configurations of a trial the rules of the type may refuse in a row before the ask ends
    /// with [`Error::EveryDrawRefused`](crate::Error::EveryDrawRefused); 1000 by default. There is always
    /// a bound: a sampler that tries the values of a space in turn returns their number.
    fn most_draws(&self, space: &SearchSpace) -> u32 {
        let _ = space;
        draw::MOST_DRAWS
    }

    /// A value for the parameter `name`, in its stored form: a number itself, or the index of a choice.
    /// It must lie in `distribution`. The sampler is not asked for parameters that it has
    /// [put](Draft::put) into the draft.
    fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64;
}

/// A sampler that is chosen while the program runs.
impl<S: Sampler + ?Sized> Sampler for Box<S> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn reads_history(&self) -> bool {
        (**self).reads_history()
    }

    fn is_exclusive(&self) -> bool {
        (**self).is_exclusive()
    }

    fn prepare(&self, draft: &mut Draft<'_>) -> Result<()> {
        (**self).prepare(draft)
    }

    fn most_draws(&self, space: &SearchSpace) -> u32 {
        (**self).most_draws(space)
    }

    fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64 {
        (**self).sample(draft, name, distribution)
    }
}
