//! Which running trials are not worth going on with.
//!
//! A pruner is asked after a report, by [`RunningTrial::prune_if_needed`] or
//! [`RunningTrial::should_prune`]. It decides from evidence alone: what the trial itself has reported
//! ([`Progress`]) and what is stored of the others ([`Peers`]). It never sees the database, and no lock
//! and no connection is held while it thinks.
//!
//! All of them decide as those of Optuna 5, and successive halving and Hyperband leave the same marks,
//! so that Rust and Python workers prune one study together. A study with several objectives has no
//! reports and so no pruning.
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

/// Says whether a trial is worth going on with. The [module](self) has an example.
pub trait Pruner: std::fmt::Debug + Send + Sync {
    /// Its name in errors and logs.
    fn name(&self) -> &'static str;

    /// Checks the options, when a study is opened.
    ///
    /// # Errors
    ///
    /// What is wrong and what to do, as a text.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// What it looks at in other trials; the rest is neither read nor kept. It must not change.
    fn reads(&self) -> Reads {
        Reads::ALL
    }

    /// Whether this decision needs the other trials at all. Where it does not, nothing is read and
    /// [`decide`](Self::decide) is given none, so that it has to come to the same answer without.
    fn needs_peers(&self, trial: &Progress<'_>) -> bool {
        !(trial.curve().is_empty() || self.reads() == Reads::NOTHING)
    }

    /// Decides.
    fn decide(&self, trial: &Progress<'_>, peers: &Peers) -> Decision;
}

/// What a pruner decided.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decision {
    /// Whether the trial is to end as PRUNED.
    pub prune: bool,
    /// The rungs that the trial completed, each with its value there, to be noted on it for all
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
