//! Pruners stop running trials that are not promising.
//!
//! A pruner is asked after a report, by [`RunningTrial::prune_if_needed`] or
//! [`RunningTrial::should_prune`]. It decides from the reports of the trial itself ([`Progress`]) and
//! from what is stored of the other trials ([`Peers`]). It never sees the database, and no lock and no
//! connection is held while it decides.
//!
//! They make the same decisions as Optuna 5's pruners, and successive halving and Hyperband store the
//! same attributes, so Rust and Python workers can prune one study together. A study with several
//! objectives has no reports and therefore no pruning.
//!
//! ```
//! use docktuna::pruner::{Decision, Peers, Progress, Pruner, Reads};
//! use docktuna::{OptunaDatabase, Stop, Tunable};
//!
//! /// Gives up on a loss that is ten times the best result so far.
//! #[derive(Debug)]
//! struct Hopeless;
//!
//! impl Pruner for Hopeless {
//!     fn name(&self) -> &'static str {
//!         "hopeless"
//!     }
//!
//!     fn reads(&self) -> Reads {
//!         Reads::RESULTS
//!     }
//!
//!     fn decide(&self, trial: &Progress<'_>, peers: &Peers) -> Decision {
//!         let Some((_, loss)) = trial.curve().last() else {
//!             return false.into();
//!         };
//!         let results = peers.completed().filter_map(|peer| peer.value());
//!         let best = results.fold(f64::INFINITY, f64::min);
//!         (loss > 10.0 * best).into()
//!     }
//! }
//!
//! #[derive(Tunable)]
//! struct Train {
//!     #[tune(range = 0.0..=1.0)]
//!     lr: f64,
//! }
//!
//! # async fn example() -> docktuna::Result<()> {
//! let db = OptunaDatabase::in_memory();
//! let study = db.study_builder::<Train>("s").pruner(Hopeless).open().await?;
//! let run = study.optimize(|_config, trial| async move {
//!     let loss = if trial.number().get() == 0 { 1.0 } else { 11.0 };
//!     trial.report(0, loss).await?;
//!     trial.prune_if_needed().await?;
//!     Ok::<_, Stop>(loss)
//! });
//! let done = run.trials(3).run().await?;
//! assert_eq!((done.complete, done.pruned), (1, 2));
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
//! ```
//!
//! [`RunningTrial::prune_if_needed`]: crate::RunningTrial::prune_if_needed
//! [`RunningTrial::should_prune`]: crate::RunningTrial::should_prune

mod curve;
mod evidence;
#[cfg(test)]
mod golden;
mod hyperband;
mod median;
mod nop;
mod patient;
mod percentile;
mod schedule;
mod signed_rank;
mod successive_halving;
mod threshold;
mod wilcoxon;

pub use curve::Curve;
pub use evidence::{Peer, Peers, Progress, Reads, Rungs};
pub use hyperband::Hyperband;
pub use median::Median;
pub use nop::Nop;
pub use patient::Patient;
pub use percentile::Percentile;
pub use successive_halving::SuccessiveHalving;
pub use threshold::Threshold;
pub use wilcoxon::Wilcoxon;

/// Decides whether a trial should be stopped. The [module](self) has an example.
pub trait Pruner: std::fmt::Debug + Send + Sync {
    /// Its name in errors and logs.
    fn name(&self) -> &'static str;

    /// Checks the options when a study is opened.
    ///
    /// # Errors
    ///
    /// A text that says what is wrong and what to do.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// The data of other trials that it needs. Other data is neither read nor kept. The answer must
    /// always be the same.
    fn reads(&self) -> Reads {
        Reads::ALL
    }

    /// Whether this decision needs the other trials. If it does not, no trial is read, and
    /// [`decide`](Self::decide) gets none. It must then give the same answer without them.
    fn needs_peers(&self, trial: &Progress<'_>) -> bool {
        !(trial.curve().is_empty() || self.reads() == Reads::NOTHING)
    }

    /// Decides whether to stop the trial.
    fn decide(&self, trial: &Progress<'_>, peers: &Peers) -> Decision;
}

/// The decision of a pruner.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decision {
    /// Whether the trial should end as PRUNED.
    pub prune: bool,
    /// The rungs that the trial completed, with its value at each. They are stored on the trial for all
    /// workers as `completed_rung_0`, `completed_rung_1`, …
    pub rungs: Vec<(u32, f64)>,
}

impl From<bool> for Decision {
    fn from(prune: bool) -> Self {
        Self {
            prune,
            rungs: Vec::new(),
        }
    }
}

impl<P: Pruner + ?Sized> Pruner for Box<P> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn check(&self) -> Result<(), String> {
        (**self).check()
    }

    fn reads(&self) -> Reads {
        (**self).reads()
    }

    fn needs_peers(&self, trial: &Progress<'_>) -> bool {
        (**self).needs_peers(trial)
    }

    fn decide(&self, trial: &Progress<'_>, peers: &Peers) -> Decision {
        (**self).decide(trial, peers)
    }
}
