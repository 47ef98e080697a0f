//! What a run shows of itself: what there is to show, who shows it, and the two displays of this crate.

#[cfg(feature = "progress")]
mod bar;
mod log;
mod pace;
mod text;
mod writer;

#[cfg(feature = "progress")]
use std::io::IsTerminal;
use std::time::Duration;

use chrono::NaiveDateTime;

pub(crate) use pace::{Pace, remaining};
pub use writer::ProgressWriter;

use crate::id::{StateCounts, TrialNumber, TrialState};
use crate::params::Params;

/// Where a run and its study stand.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Progress {
    /// The name of the study.
    pub study: String,
    /// How many numbers a trial results in.
    pub objectives: usize,
    /// The trials of this run: those that are running and those that have ended.
    pub run: StateCounts,
    /// All trials of the study, also those of other processes and earlier runs, as of the last look at it. `None`
    /// before the first look.
    pub fleet: Option<StateCounts>,
    /// The limit of this run's trials.
    pub trials: Option<usize>,
    /// The limit of the study's trials.
    pub max_total: Option<usize>,
    /// The study's best complete and feasible trial, whoever ran it, with its value. `None` if there is none, if the
    /// study has several objectives, and before the first look.
    pub best: Option<(TrialNumber, f64)>,
    /// Why the last failed trial of this run failed. It is the objective's text as it is, perhaps with control
    /// characters.
    pub last_failure: Option<String>,
    /// How long the run has lasted.
    pub elapsed: Duration,
    /// How many of the trials that [`counts`](Self::counts) counts end in a minute. `None` before the first of them.
    pub per_minute: Option<f64>,
    /// How long the rest will take at this rate, until the limit that is reached first.
    pub remaining: Option<Duration>,
}

impl Progress {
    /// How many of the trials of [`counts`](Self::counts) have ended.
    #[must_use]
    pub fn done(&self) -> usize {
        ended(&self.counts())
    }

    /// How many trials that may be, by the limit of which less is left: the run's or the study's.
    #[must_use]
    pub fn total(&self) -> Option<usize> {
        if self.is_about_fleet() {
            self.max_total
        } else {
            self.trials
        }
    }

    /// The trials that [`total`](Self::total) limits: the study's or the run's.
    #[must_use]
    pub fn counts(&self) -> StateCounts {
        match self.fleet {
            Some(fleet) if self.is_about_fleet() => fleet,
            _ => self.run,
        }
    }

    pub(crate) fn is_about_fleet(&self) -> bool {
        let (Some(fleet), Some(max_total)) = (&self.fleet, self.max_total) else {
            return false;
        };
        let left = max_total.saturating_sub(ended(fleet));
        self.trials
            .is_none_or(|trials| left < trials.saturating_sub(ended(&self.run)))
    }
}

/// The trials that are complete, pruned or failed.
pub(crate) fn ended(counts: &StateCounts) -> usize {
    let ended = TrialState::ALL.into_iter().filter(|s| s.is_finished());
    ended.map(|state| counts.of(state)).sum()
}

/// A trial of a run that has just ended.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EndedTrial {
    /// Its place in the study.
    pub number: TrialNumber,
    /// Complete, pruned or failed.
    pub state: TrialState,
    /// The numbers of a complete trial; the last report of a pruned one.
    pub values: Vec<f64>,
    /// Why a failed trial failed, as the objective says it.
    pub reason: Option<String>,
    /// Its parameters.
    pub params: Params,
    /// When it ended, in UTC.
    pub ended: NaiveDateTime,
    /// How long it took.
    pub duration: Duration,
}

/// Shows the progress of a run, in place of what [`progress(true)`](crate::Optimize::progress) shows.
///
/// A run calls it from one task, one call at a time. It should return quickly; what takes time belongs on a thread
/// of its own. A display that panics is not called again, and the run goes on.
///
/// While a run is shown, the study is looked at, at most with one small query a second for each process on average.
///
/// ```
/// # use docktuna::{OptunaDatabase, Tunable};
/// use docktuna::{EndedTrial, Progress, ProgressDisplay};
///
/// struct Title;
///
/// impl ProgressDisplay for Title {
///     fn trial_ended(&mut self, trial: &EndedTrial, progress: &Progress) {
///         println!("{} {} after {:?}", trial.number, trial.state, progress.elapsed);
///     }
/// }
///
/// # #[derive(Tunable)]
/// # struct Train { #[tune(range = 0.0..=1.0)] lr: f64 }
/// # async fn example() -> docktuna::Result<()> {
/// # let db = OptunaDatabase::in_memory();
/// let study = db.study::<Train>("s").await?;
/// let run = study.optimize(|config, _trial| async move { Ok(config.lr) });
/// run.trials(3).progress_display(Title).run().await?;
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
pub trait ProgressDisplay: Send {
    /// A trial of this run has ended.
    fn trial_ended(&mut self, trial: &EndedTrial, progress: &Progress) {
        let _ = (trial, progress);
    }

    /// A second has passed, or trials have begun or ended just now.
    fn update(&mut self, progress: &Progress) {
        let _ = progress;
    }

    /// The run has ended. It is not called for a run that is cancelled, whose display is dropped.
    fn finish(&mut self, progress: &Progress) {
        let _ = progress;
    }

    /// Whether [`update`](Self::update) is called. Otherwise the study is looked at only when the run
    /// begins, when a trial of it ends, and when it ends itself.
    fn is_live(&self) -> bool {
        true
    }

    /// Whether there is nobody to show anything to any more. Then it is not called again, and the study is not
    /// looked at for it.
    fn is_closed(&self) -> bool {
        false
    }
}

/// A bar on a terminal, and lines elsewhere.
pub(crate) fn standard_error() -> Box<dyn ProgressDisplay> {
    #[cfg(feature = "progress")]
    if can_rewrite() {
        return Box::new(bar::Bar::new());
    }
    Box::new(log::Log::new(ProgressWriter::stderr()))
}

/// Whether standard error is a terminal on which a line can be rewritten.
#[cfg(feature = "progress")]
fn can_rewrite() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
