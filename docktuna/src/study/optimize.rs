//! The worker loop.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle, JoinSet};

use super::interrupt::Listener;
use super::progress::Progress;
use super::{BlockingTrial, RunningTrial, Stop, Study, Trial, Values};
use crate::error::{Error, Result};
use crate::tunable::Tunable;

/// Less than the ten seconds after which `docker stop` kills.
const INTERRUPT_GRACE: Duration = Duration::from_secs(8);

#[derive(Debug, Clone, Copy)]
struct Limits {
    trials: Option<u64>,
    max_total: Option<u32>,
    max_failures: Option<u32>,
    timeout: Option<Duration>,
    concurrency: usize,
    progress: bool,
    /// How long running trials may go on after a signal; none if signals are left to others.
    interrupt_grace: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            trials: None,
            max_total: None,
            max_failures: None,
            timeout: None,
            concurrency: 1,
            progress: false,
            interrupt_grace: Some(INTERRUPT_GRACE),
        }
    }
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunSummary {
    /// Trials that ended with a result.
    pub complete: u64,
    /// Trials that were pruned.
    pub pruned: u64,
    /// Trials that failed.
    pub failed: u64,
    /// Whether a signal ended the run before its limits did.
    pub interrupted: bool,
}

/// A run of an asynchronous objective, to be started with [`run`](Self::run).
#[must_use = "nothing happens before `run`"]
pub struct Optimize<T, F> {
    study: Study<T>,
    objective: F,
    limits: Limits,
}

/// A run of a blocking objective, to be started with [`run`](Self::run).
#[must_use = "nothing happens before `run`"]
pub struct OptimizeBlocking<T, F> {
    study: Study<T>,
    objective: F,
    limits: Limits,
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
        /// How many trials this run makes; without a limit it goes on until another one is reached.
        pub fn trials(mut self, trials: u64) -> Self {
            self.limits.trials = Some(trials);
            self
        }

        /// How many trials the study may have altogether, whoever runs them and however they end:
        /// complete, pruned, failed, running and waiting ones all count, and so do retries.
        /// It is enforced under the lock that numbers the trials, so no fleet exceeds it.
        pub fn max_total(mut self, trials: u32) -> Self {
            self.limits.max_total = Some(trials);
            self
        }

        /// Stops the run with an error after so many failed trials.
        pub fn max_failures(mut self, failures: u32) -> Self {
            self.limits.max_failures = Some(failures);
            self
        }

        /// How often a failed trial is put into the queue again, instead of what
        /// [`StudyBuilder::retry`](super::StudyBuilder::retry) said. A retry counts as a trial of the run
        /// that takes it from the queue.
        pub fn retry(mut self, times: u32) -> Self {
            self.study.dynamic = self.study.dynamic.with_retries(times);
            self
        }

        /// How long trials may go on after Ctrl-C or SIGTERM, 8 seconds by default. No trial starts after
        /// the signal; those that have not ended by then, or at a second signal, become FAIL, and are put
        /// into the queue again where [`retry`](Self::retry) says so. (A blocking objective cannot be
        /// stopped: its thread goes on, and its result is refused.)
        pub fn interrupt_grace(mut self, grace: Duration) -> Self {
            self.limits.interrupt_grace = Some(grace);
            self
        }

        /// Leaves Ctrl-C and SIGTERM to the program. Otherwise the process handles both from its first
        /// run on; a signal while no run goes on ends it, as without a handler.
        pub fn ignore_signals(mut self) -> Self {
            self.limits.interrupt_grace = None;
            self
        }

        /// Starts no trial after this time; those that run are finished.
        pub fn timeout(mut self, timeout: Duration) -> Self {
            self.limits.timeout = Some(timeout);
            self
        }

        /// How many trials run at once, 1 by default.
        pub fn concurrency(mut self, concurrency: usize) -> Self {
            self.limits.concurrency = concurrency;
            self
        }

        /// Shows the progress on standard error: one line that is rewritten on a terminal, one line
        /// for each trial elsewhere.
        pub fn progress(mut self, progress: bool) -> Self {
            self.limits.progress = progress;
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
        }
    }

    limits!();
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
    /// If the database fails, or after [`max_failures`](Self::max_failures) failed trials. Trials
    /// that were running then are finished first.
    ///
    /// # Cancel safety
    ///
    /// Trials that were running become FAIL.
    pub async fn run(self) -> Result<RunSummary> {
        let objective = Arc::new(self.objective);
        // A task of its own for each trial: a panic ends that trial and nothing else.
        let execute = move |config: T, trial: RunningTrial| {
            let objective = Arc::clone(&objective);
            AbortOnDrop(tokio::spawn(async move {
                objective(config, trial).await.map(Into::into)
            }))
        };
        run(self.study, self.limits, Arc::new(execute)).await
    }
}

impl<T, F> OptimizeBlocking<T, F> {
    pub(crate) fn new(study: Study<T>, objective: F) -> Self {
        Self {
            study,
            objective,
            limits: Limits::default(),
        }
    }

    limits!();
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
    /// Objectives that were running go on to their end and their results are lost.
    pub async fn run(self) -> Result<RunSummary> {
        let objective = Arc::new(self.objective);
        let execute = move |config: T, trial: RunningTrial| {
            let (objective, runtime) = (Arc::clone(&objective), Handle::current());
            tokio::task::spawn_blocking(move || {
                objective(config, &BlockingTrial::new(trial, runtime)).map(Into::into)
            })
        };
        run(self.study, self.limits, Arc::new(execute)).await
    }
}

/// A task that ends with the run that started it.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Future for AbortOnDrop<T> {
    type Output = std::result::Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts an objective.
trait Execute<T>: Send + Sync {
    fn execute(&self, config: T, trial: RunningTrial) -> impl Future<Output = Executed> + Send;
}

type Executed = std::result::Result<Result<Values, Stop>, JoinError>;

impl<T, F, H> Execute<T> for F
where
    F: Fn(T, RunningTrial) -> H + Send + Sync,
    H: Future<Output = Executed> + Send,
{
    fn execute(&self, config: T, trial: RunningTrial) -> impl Future<Output = Executed> + Send {
        self(config, trial)
    }
}

async fn run<T, E>(study: Study<T>, limits: Limits, execute: Arc<E>) -> Result<RunSummary>
where
    T: Tunable + Send + 'static,
    E: Execute<T> + 'static,
{
    let run = Arc::new(Run {
        limits,
        left: AtomicU64::new(limits.trials.unwrap_or(u64::MAX)),
        deadline: limits
            .timeout
            .and_then(|timeout| Instant::now().checked_add(timeout)),
        failures: AtomicU32::new(0),
        progress: Mutex::new(Progress::new(study.directions())),
        stopped: Mutex::new(None),
        stops: study.stops(),
        listener: limits.interrupt_grace.and_then(|_| Listener::new()),
    });
    let mut workers = JoinSet::new();
    for _ in 0..limits.concurrency.max(1) {
        let (run, study, execute) = (Arc::clone(&run), study.clone(), Arc::clone(&execute));
        workers.spawn(async move { run.work(&study, &*execute).await });
    }
    while let Some(worker) = workers.join_next().await {
        let result = worker.unwrap_or_else(|error| {
            Err(Error::System {
                what: "a worker ended",
                source: std::io::Error::other(error),
            })
        });
        if let Err(error) = result {
            run.stop(error);
        }
    }
    run.progress().end(limits.progress);
    let stopped = run
        .stopped
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    match stopped {
        Some(error) => Err(error),
        None => {
            let interrupted = run.is_interrupted();
            Ok(RunSummary {
                interrupted,
                ..run.progress().summary
            })
        }
    }
}

/// What the workers of a run share.
struct Run {
    limits: Limits,
    left: AtomicU64,
    deadline: Option<Instant>,
    failures: AtomicU32,
    progress: Mutex<Progress>,
    /// The error that ends the run.
    stopped: Mutex<Option<Error>>,
    /// How often the study had been stopped before.
    stops: u64,
    listener: Option<Listener>,
}

impl Run {
    /// Runs trials one after the other until a limit is reached.
    async fn work<T: Tunable>(&self, study: &Study<T>, execute: &impl Execute<T>) -> Result<()> {
        let limit = self
            .limits
            .max_total
            .map_or(i32::MAX, |n| i32::try_from(n).unwrap_or(i32::MAX));
        while study.stops() == self.stops && self.take_one() {
            let trial = match study.ask_below(1, limit).await {
                // Another worker runs what is left of the grid.
                Err(Error::GridExhausted { .. }) => return Ok(()),
                asked => asked?.pop(),
            };
            let Some(trial) = trial else { return Ok(()) };
            if self.is_interrupted() {
                drop(trial);
                return Ok(());
            }
            self.one(trial, execute).await?;
        }
        Ok(())
    }

    async fn one<T>(&self, trial: Trial<T>, execute: &impl Execute<T>) -> Result<()> {
        let (config, running) = trial.into_parts();
        let number = running.number();
        let started = Instant::now();
        let Some(executed) = self
            .before_cutoff(execute.execute(config, running.share()))
            .await
        else {
            return self.failed(running, "interrupted by a signal").await;
        };
        let reason = match executed {
            Ok(Ok(values)) => {
                let shown = values.0.clone();
                match running.tell(values).await {
                    Ok(()) => {
                        self.progress()
                            .complete(number.0, &shown, self.limits.progress);
                        tracing::info!(trial = number.0, values = ?shown, elapsed = ?started.elapsed(), "complete");
                        return Ok(());
                    }
                    Err(error @ Error::InvalidResult { .. }) => error.to_string(),
                    Err(error) => return self.survive(error),
                }
            }
            Ok(Err(Stop::Pruned)) => {
                if let Err(error) = running.prune().await {
                    return self.survive(error);
                }
                self.progress().pruned(number.0, self.limits.progress);
                tracing::info!(trial = number.0, elapsed = ?started.elapsed(), "pruned");
                return Ok(());
            }
            Ok(Err(Stop::Failed(error))) => return self.failed(running, &error.to_string()).await,
            Err(error) => return self.failed(running, &panic_text(error)).await,
        };
        self.count_failure(number.0, reason);
        Ok(())
    }

    async fn failed(&self, running: RunningTrial, reason: &str) -> Result<()> {
        let number = running.number();
        if let Err(error) = running.fail(reason).await {
            return self.survive(error);
        }
        self.count_failure(number.0, reason.to_owned());
        Ok(())
    }

    fn count_failure(&self, number: i32, reason: String) {
        tracing::warn!(trial = number, %reason, "failed");
        self.progress()
            .failed(number, &reason, self.limits.progress);
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if self.limits.max_failures.is_some_and(|max| failures >= max) {
            self.stop(Error::TooManyFailures {
                failures,
                last: reason,
            });
        }
    }

    /// A trial that somebody else ended does not end the run.
    fn survive(&self, error: Error) -> Result<()> {
        match error {
            Error::TrialClosed { .. } => {
                tracing::warn!(%error, "a result was not recorded");
                Ok(())
            }
            error => Err(error),
        }
    }

    fn take_one(&self) -> bool {
        let late = self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline);
        let stopped = self
            .stopped
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some();
        let take = |left: u64| left.checked_sub(1);
        !late
            && !stopped
            && !self.is_interrupted()
            && self
                .left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                .is_ok()
    }

    fn is_interrupted(&self) -> bool {
        self.listener.as_ref().is_some_and(Listener::is_interrupted)
    }

    /// What the objective returns, unless it has to end before that.
    async fn before_cutoff(&self, executing: impl Future<Output = Executed>) -> Option<Executed> {
        let cutoff = async {
            match (&self.listener, self.limits.interrupt_grace) {
                (Some(listener), Some(grace)) => listener.cutoff(grace).await,
                _ => std::future::pending().await,
            }
        };
        let (mut executing, mut cutoff) = (pin!(executing), pin!(cutoff));
        std::future::poll_fn(|context| match executing.as_mut().poll(context) {
            Poll::Ready(executed) => Poll::Ready(Some(executed)),
            Poll::Pending => cutoff.as_mut().poll(context).map(|()| None),
        })
        .await
    }

    fn stop(&self, error: Error) {
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        stopped.get_or_insert(error);
    }

    fn progress(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn panic_text(error: JoinError) -> String {
    let Ok(payload) = error.try_into_panic() else {
        return "the objective was cancelled".to_owned();
    };
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned());
    format!(
        "the objective panicked: {}",
        text.unwrap_or_else(|| "without a text".to_owned())
    )
}
