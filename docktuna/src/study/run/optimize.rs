//! Runs of an objective, and what limits them.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tracing::{Instrument, Span};

use super::callback::Callbacks;
use super::interrupt::Executing;
use super::limits::{Limits, RunSummary};
use super::progress::Audience;
use super::task::AbortOnDrop;
use super::worker::{Job, run};
use crate::error::{BoxError, Result};
use crate::progress::ProgressDisplay;
use crate::study::{BlockingTrial, RunningTrial, Stop, Study, Values};
use crate::trial::FrozenTrial;
use crate::tunable::Tunable;

/// A run of an asynchronous objective, to be started with [`run`](Self::run).
#[must_use = "nothing happens before `run`"]
pub struct Optimize<T, F> {
    study: Study<T>,
    objective: F,
    limits: Limits,
    callbacks: Callbacks<T>,
    audience: Audience,
}

/// A run of a blocking objective, to be started with [`run`](Self::run).
#[must_use = "nothing happens before `run`"]
pub struct OptimizeBlocking<T, F> {
    study: Study<T>,
    objective: F,
    limits: Limits,
    callbacks: Callbacks<T>,
    audience: Audience,
}

/// Closures have no text, so only the study and the limits are shown.
macro_rules! debug {
    ($($name:ident),*) => {$(
        impl<T, F> std::fmt::Debug for $name<T, F> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("study", &self.study)
                    .field("limits", &self.limits)
                    .finish_non_exhaustive()
            }
        }
    )*};
}
debug!(Optimize, OptimizeBlocking);

macro_rules! limits {
    () => {
        /// The largest number of trials of this run. Without it the run continues until another limit is
        /// reached.
        pub fn trials(mut self, trials: usize) -> Self {
            self.limits.trials = Some(trials);
            self
        }

        /// The largest number of trials of the study, over all workers and in any state: complete,
        /// pruned, failed, running and waiting trials count, and so do retries. It is enforced under the
        /// lock that numbers the trials, so no number of workers exceeds it. Retries and enqueued trials
        /// beyond it stay in the queue.
        pub fn max_total(mut self, trials: usize) -> Self {
            self.limits.max_total = Some(trials);
            self
        }

        /// Stops the run with an error after this number of failed trials.
        pub fn max_failures(mut self, failures: usize) -> Self {
            self.limits.max_failures = Some(failures);
            self
        }

        /// How often a failed trial is put into the queue again. It replaces the number that was given to
        /// [`StudyBuilder::retry`](crate::study::StudyBuilder::retry). A retry counts as a trial of the
        /// run that takes it from the queue.
        pub fn retry(mut self, times: usize) -> Self {
            self.study.dynamic = self.study.dynamic.with_retries(times);
            self
        }

        /// How long trials may continue after Ctrl-C or SIGTERM; 8 seconds by default. No trial starts
        /// after the signal. Trials that have not ended by then, or at a second signal, become FAIL, and
        /// are put into the queue again if [`retry`](Self::retry) says so.
        ///
        /// A blocking objective, or one that never awaits, cannot be stopped: it continues, and its
        /// result is refused. Therefore a second signal also ends the process, with the status 128 + the
        /// signal's number, if an objective still runs a second later. Its trial is marked before that,
        /// even if the objective occupies the only thread of the runtime.
        pub fn interrupt_grace(mut self, grace: Duration) -> Self {
            self.limits.interrupt_grace = Some(grace);
            self
        }

        /// Leaves Ctrl-C and SIGTERM to the program. Otherwise the process handles both signals from its
        /// first run on. Between runs a signal ends the process immediately, before your own handlers
        /// run. A service with its own way to shut down should therefore use this.
        pub fn ignore_signals(mut self) -> Self {
            self.limits.interrupt_grace = None;
            self
        }

        /// Starts no trial after this time. Running trials are finished.
        pub fn timeout(mut self, timeout: Duration) -> Self {
            self.limits.timeout = Some(timeout);
            self
        }

        /// How many trials run at once; 1 by default.
        pub fn concurrency(mut self, concurrency: usize) -> Self {
            self.limits.concurrency = concurrency;
            self
        }

        /// Shows the progress on standard error.
        ///
        /// On a terminal it is a line that is rewritten, with a bar where there is room:
        ///
        /// ```text
        /// 37/200  4 running  2 pruned  1 failed (last: out of memory)  best 0.9612 #23  1.9/min  ETA 1h26m
        /// ```
        ///
        /// The numbers are those of this run, or those of the study if less is left of
        /// [`max_total`](Self::max_total) than of [`trials`](Self::trials). The best trial is the
        /// study's, whoever ran it. Without the feature `progress`, and elsewhere than on a terminal,
        /// each trial is a line:
        ///
        /// ```text
        /// 2027-01-15T08:00:00Z  trial 37 COMPLETE 0.9612 in 12.3s  lr=0.0003 layers=3  best 0.9612 #37
        /// ```
        ///
        /// Lines that your program writes to the same terminal belong into a
        /// [`ProgressWriter`](crate::ProgressWriter). There is no colour, so `NO_COLOR` has nothing to
        /// turn off.
        pub fn progress(mut self, progress: bool) -> Self {
            self.audience = if progress {
                Audience::StandardError
            } else {
                Audience::Nobody
            };
            self
        }

        /// Shows the progress on a display of your own.
        pub fn progress_display(mut self, display: impl ProgressDisplay + 'static) -> Self {
            self.audience = Audience::Display(Box::new(display));
            self
        }
    };
}

impl<T, F> Optimize<T, F> {
    pub(crate) fn new(study: Study<T>, objective: F) -> Self {
        Self {
            study,
            objective,
            limits: Limits::default(),
            callbacks: Callbacks::default(),
            audience: Audience::default(),
        }
    }

    limits!();
}

impl<T: 'static, F> Optimize<T, F> {
    /// Calls `callback` with the study and the record of each trial that this run has ended, in any
    /// state, before its worker takes the next trial. It may [`stop`](crate::study::DynamicStudy::stop)
    /// the run.
    ///
    /// Several callbacks are called in the order in which they were added. With
    /// [`concurrency`](Self::concurrency) they are called for several trials at once. An error or panic
    /// of a callback ends the run with [`Error::Callback`](crate::Error::Callback), and the trial keeps
    /// its result. Reading the record costs a read-only transaction for each trial. There is no call for
    /// a trial that another worker or a signal ended, and a signal ends callbacks as it ends objectives.
    ///
    /// ```
    /// # use docktuna::{OptunaDatabase, Tunable};
    /// # #[derive(Tunable)]
    /// # struct Train { #[tune(range = 0.0..=1.0)] lr: f64 }
    /// # async fn example() -> docktuna::Result<()> {
    /// # let db = OptunaDatabase::in_memory();
    /// let study = db.study::<Train>("s").await?;
    /// study
    ///     .optimize(|config, _trial| async move { Ok(config.lr) })
    ///     .on_trial_end(|study, trial| async move {
    ///         if trial.value().is_some_and(|loss| loss < 0.5) {
    ///             study.set_user_attr("good enough", trial.number.get()).await?;
    ///             study.stop();
    ///         }
    ///         Ok(())
    ///     })
    ///     .run()
    ///     .await?;
    /// assert!(study.best().await?.value < 0.5);
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
    /// ```
    pub fn on_trial_end<C, Fut>(mut self, callback: C) -> Self
    where
        C: Fn(Study<T>, FrozenTrial) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        let callback = Arc::new(callback);
        self.callbacks.add(move |study, trial, mark| {
            let callback = Arc::clone(&callback);
            let calling = async move {
                let _mark = mark;
                callback(study, trial).await
            };
            AbortOnDrop(tokio::spawn(calling.in_current_span()))
        });
        self
    }
}

impl<T, F, Fut, V> Optimize<T, F>
where
    T: Tunable + Send + 'static,
    F: Fn(T, RunningTrial) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<V, Stop>> + Send + 'static,
    V: Into<Values> + Send + 'static,
{
    /// Runs trials until a limit is reached.
    ///
    /// # Errors
    ///
    /// If the database fails, or after [`max_failures`](Self::max_failures) failed trials. Running trials
    /// are finished first.
    ///
    /// # Cancel safety
    ///
    /// Running trials become FAIL in the background, and so do trials that were being asked for.
    /// [`OptunaDatabase::close`](crate::OptunaDatabase::close) waits for it.
    pub async fn run(self) -> Result<RunSummary> {
        let objective = Arc::new(self.objective);
        // A task of its own for each trial: a panic ends that trial and nothing else.
        let execute = move |config: T, trial: RunningTrial, mark: Option<Executing>| {
            let (objective, span) = (Arc::clone(&objective), trial.span());
            let executing = async move {
                let _mark = mark;
                objective(config, trial).await.map(Into::into)
            };
            AbortOnDrop(tokio::spawn(executing.instrument(span)))
        };
        let callbacks = self.callbacks;
        let job = Job { execute, callbacks };
        run(self.study, self.limits, job, self.audience).await
    }
}

impl<T, F> OptimizeBlocking<T, F> {
    pub(crate) fn new(study: Study<T>, objective: F) -> Self {
        Self {
            study,
            objective,
            limits: Limits::default(),
            callbacks: Callbacks::default(),
            audience: Audience::default(),
        }
    }

    limits!();
}

impl<T: 'static, F> OptimizeBlocking<T, F> {
    /// Calls `callback` for each trial that this run has ended, as [`Optimize::on_trial_end`] does, on a
    /// thread where it may block. There, asynchronous functions of the study are called through
    /// `tokio::runtime::Handle::current().block_on(..)`.
    ///
    /// ```
    /// # use docktuna::{OptunaDatabase, Tunable};
    /// # #[derive(Tunable)]
    /// # struct Train { #[tune(range = 0.0..=1.0)] lr: f64 }
    /// # async fn example() -> docktuna::Result<()> {
    /// # let db = OptunaDatabase::in_memory();
    /// let study = db.study::<Train>("s").await?;
    /// study
    ///     .optimize_blocking(|config, _trial| Ok(config.lr))
    ///     .on_trial_end(|study, trial| {
    ///         if trial.value().is_some_and(|loss| loss < 0.5) {
    ///             study.stop();
    ///         }
    ///         Ok(())
    ///     })
    ///     .run()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
    /// ```
    pub fn on_trial_end<C>(mut self, callback: C) -> Self
    where
        C: Fn(&Study<T>, &FrozenTrial) -> Result<(), BoxError> + Send + Sync + 'static,
    {
        let callback = Arc::new(callback);
        self.callbacks.add(move |study, trial, mark| {
            let (callback, span) = (Arc::clone(&callback), Span::current());
            AbortOnDrop(tokio::task::spawn_blocking(move || {
                let _mark = mark;
                span.in_scope(|| callback(&study, &trial))
            }))
        });
        self
    }
}

impl<T, F, V> OptimizeBlocking<T, F>
where
    T: Tunable + Send + 'static,
    F: Fn(T, &BlockingTrial) -> Result<V, Stop> + Send + Sync + 'static,
    V: Into<Values> + Send + 'static,
{
    /// Runs trials until a limit is reached.
    ///
    /// # Errors
    ///
    /// As [`Optimize::run`].
    ///
    /// # Cancel safety
    ///
    /// As [`Optimize::run`], except that objectives cannot be stopped: they run to their end, and their
    /// reports and results are refused.
    pub async fn run(self) -> Result<RunSummary> {
        let objective = Arc::new(self.objective);
        let execute = move |config: T, trial: RunningTrial, mark: Option<Executing>| {
            let (objective, runtime) = (Arc::clone(&objective), Handle::current());
            tokio::task::spawn_blocking(move || {
                let (_mark, _entered) = (mark, trial.span().entered());
                objective(config, &BlockingTrial::new(trial, runtime)).map(Into::into)
            })
        };
        let callbacks = self.callbacks;
        let job = Job { execute, callbacks };
        run(self.study, self.limits, job, self.audience).await
    }
}
