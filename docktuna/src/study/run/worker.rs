//! The worker loop.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Instant;

use tokio::task::{JoinError, JoinSet};
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::callback::Callbacks;
use super::interrupt::{Executing, INTERRUPTED, LAST_WORDS, Listener};
use super::limits::{Limits, RunSummary};
use super::objective::reason;
use super::progress::{self, Attempt, Audience, Reporter};
use super::task::panic_text;
use crate::error::{Error, Result};
use crate::lock::lock;
use crate::storage::repeat;
use crate::study::{RunningTrial, Stop, Study, Trial, Values};
use crate::tunable::Tunable;

/// Starts an objective.
pub(in crate::study) trait Execute<T>: Send + Sync {
    fn execute(
        &self,
        config: T,
        trial: RunningTrial,
        mark: Option<Executing>,
    ) -> impl Future<Output = Executed> + Send;
}

pub(in crate::study) type Executed = std::result::Result<Result<Values, Stop>, JoinError>;

impl<T, F, H> Execute<T> for F
where
    F: Fn(T, RunningTrial, Option<Executing>) -> H + Send + Sync,
    H: Future<Output = Executed> + Send,
{
    fn execute(
        &self,
        config: T,
        trial: RunningTrial,
        mark: Option<Executing>,
    ) -> impl Future<Output = Executed> + Send {
        self(config, trial, mark)
    }
}

/// What is done with each trial of a run.
pub(in crate::study) struct Job<T, E> {
    pub(in crate::study) execute: E,
    pub(in crate::study) callbacks: Callbacks<T>,
}

/// Runs trials until a limit is reached, or a worker fails.
pub(in crate::study) async fn run<T, E>(
    study: Study<T>,
    limits: Limits,
    job: Job<T, E>,
    audience: Audience,
) -> Result<RunSummary>
where
    T: Tunable + Send + 'static,
    E: Execute<T> + 'static,
{
    let (reporter, show) = progress::begin(&study, &limits, audience);
    let run = Arc::new(Run {
        limits,
        left: AtomicUsize::new(limits.trials.unwrap_or(usize::MAX)),
        deadline: limits
            .timeout
            .and_then(|timeout| Instant::now().checked_add(timeout)),
        failures: AtomicUsize::new(0),
        summary: Mutex::default(),
        reporter,
        began: AtomicBool::new(false),
        stopped: Mutex::new(None),
        stops: study.stops(),
        listener: limits.interrupt_grace.and_then(Listener::new),
    });
    let (began, span, job) = (Instant::now(), run_span(study.name()), Arc::new(job));
    let mut workers = JoinSet::new();
    for _ in 0..limits.concurrency.max(1) {
        let (run, study, job) = (Arc::clone(&run), study.clone(), Arc::clone(&job));
        let work = async move { run.work(&study, &job).await };
        workers.spawn(work.instrument(span.clone()));
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
    run.reporter.end();
    show.end().await;
    let summary = RunSummary {
        interrupted: run.is_interrupted(),
        ..*lock(&run.summary)
    };
    summary.record(&span, began);
    let stopped = lock(&run.stopped).take();
    stopped.map_or(Ok(summary), Err)
}

/// The span of a run, around those of its trials.
fn run_span(study: &str) -> Span {
    tracing::info_span!(
        "optimize",
        study,
        complete = Empty,
        pruned = Empty,
        failed = Empty,
        interrupted = Empty,
        seconds = Empty
    )
}

impl RunSummary {
    fn record(&self, span: &Span, began: Instant) {
        span.record("complete", self.complete);
        span.record("pruned", self.pruned);
        span.record("failed", self.failed);
        span.record("interrupted", self.interrupted);
        span.record("seconds", began.elapsed().as_secs_f64());
    }
}

/// What the workers of a run share.
struct Run {
    limits: Limits,
    left: AtomicUsize,
    deadline: Option<Instant>,
    failures: AtomicUsize,
    summary: Mutex<RunSummary>,
    reporter: Reporter,
    /// Whether an ask of this run was answered.
    began: AtomicBool,
    /// The error that ends the run.
    stopped: Mutex<Option<Error>>,
    /// How often the study had been stopped before.
    stops: u64,
    listener: Option<Listener>,
}

impl Run {
    /// Runs trials one after the other until a limit is reached.
    async fn work<T, E>(&self, study: &Study<T>, job: &Job<T, E>) -> Result<()>
    where
        T: Tunable + Send + 'static,
        E: Execute<T>,
    {
        let limit = self
            .limits
            .max_total
            .map_or(i32::MAX, |n| i32::try_from(n).unwrap_or(i32::MAX));
        while self.take_one(study) {
            // An ask that is given up on ends in the background, or its trial falls silent.
            let asked = self.before_cutoff(self.ask(study, limit)).await;
            let Some(trial) = asked.transpose()?.flatten() else {
                return Ok(());
            };
            let attempt = self.reporter.began();
            if self.is_interrupted() {
                let (_, running) = trial.into_parts();
                return self.interrupt(&running, &attempt).await;
            }
            self.one(study, trial, job, attempt).await?;
        }
        Ok(())
    }

    /// The next trial, if there is one to run. It waits for an unavailable database.
    async fn ask<T>(&self, study: &Study<T>, limit: i32) -> Result<Option<Trial<T>>>
    where
        T: Tunable + Send + 'static,
    {
        let asking = repeat::repeat(repeat::TRIAL_PATIENCE, async |_| {
            match study.ask_below(1, limit).await {
                // Another worker runs what is left of the grid.
                Err(Error::GridExhausted { .. }) => Ok(Ok(None)),
                // Not another server's taking over: this one has let nobody write yet.
                Err(error @ Error::ReadOnly { .. }) if !self.began.load(Ordering::Relaxed) => {
                    Ok(Err(error))
                }
                Err(error) if repeat::is_worth_waiting(&error) && self.is_over(study) => {
                    Ok(Ok(None))
                }
                Err(error) if repeat::is_worth_waiting(&error) => {
                    tracing::warn!(study = study.name(), %error, "waiting for the database");
                    Err(error)
                }
                asked => Ok(asked.map(|mut trials| trials.pop())),
            }
        });
        let asked = asking.await??;
        self.began.store(true, Ordering::Relaxed);
        Ok(asked)
    }

    /// Runs a trial to its end.
    async fn one<T, E>(
        &self,
        study: &Study<T>,
        trial: Trial<T>,
        job: &Job<T, E>,
        attempt: Attempt,
    ) -> Result<()>
    where
        E: Execute<T>,
    {
        let (config, running) = trial.into_parts();
        let listener = self.listener.as_ref();
        let known = listener.map(|listener| listener.watch(running.share()));
        let mark = listener.map(Listener::executing);
        let abandoned = Abandoned(Some(running.share()));
        let executing = job.execute.execute(config, running.share(), mark);
        let Some(executed) = self.before_cutoff(executing).await else {
            let interrupted = self.interrupt(&running, &attempt).await;
            abandoned.disarm();
            return interrupted;
        };
        abandoned.disarm();
        if let Err(error) = self.end(&running, &attempt, executed).await {
            return survive(error);
        }
        drop((known, attempt));
        if job.callbacks.is_empty() {
            return Ok(());
        }
        let calling = async {
            let reading = async |_| running.record().await;
            let ended = repeat::repeat(repeat::TRIAL_PATIENCE, reading).await?;
            let mark = || listener.map(Listener::executing);
            job.callbacks.call(study, &ended, mark).await
        };
        let called = self.before_cutoff(calling.instrument(running.span()));
        called.await.unwrap_or(Ok(()))
    }

    /// Records how a trial has ended.
    async fn end(
        &self,
        running: &RunningTrial,
        attempt: &Attempt,
        executed: Executed,
    ) -> Result<()> {
        let reason = match executed {
            Ok(Ok(Values(values))) => {
                match running.share().tell(values.clone()).await {
                    Ok(()) => {
                        lock(&self.summary).complete += 1;
                        attempt.complete(running, &values);
                    }
                    Err(error @ Error::InvalidResult { .. }) => {
                        self.count_failure(running, attempt, error.to_string());
                    }
                    Err(error) => return Err(error),
                }
                return Ok(());
            }
            Ok(Err(Stop::Pruned)) => {
                running.share().prune().await?;
                lock(&self.summary).pruned += 1;
                attempt.pruned(running);
                return Ok(());
            }
            Ok(Err(Stop::Failed(error))) => reason(error.as_ref()),
            Err(error) => panic_text("the objective", error),
        };
        self.failed(running, attempt, reason).await
    }

    /// Fails a trial that a signal ends. It waits for an unavailable database for less time than usual,
    /// because the process is about to end.
    async fn interrupt(&self, running: &RunningTrial, attempt: &Attempt) -> Result<()> {
        let failing = self.failed(running, attempt, INTERRUPTED.to_owned());
        match tokio::time::timeout(LAST_WORDS, failing).await {
            Ok(failed) => failed.or_else(survive),
            Err(_) => {
                let trial = running.number().get();
                tracing::warn!(
                    trial,
                    "the database does not answer; an interrupted trial stays RUNNING"
                );
                Ok(())
            }
        }
    }

    async fn failed(
        &self,
        running: &RunningTrial,
        attempt: &Attempt,
        reason: String,
    ) -> Result<()> {
        running.share().fail(&reason).await?;
        self.count_failure(running, attempt, reason);
        Ok(())
    }

    fn count_failure(&self, running: &RunningTrial, attempt: &Attempt, reason: String) {
        lock(&self.summary).failed += 1;
        attempt.failed(running, &reason);
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if self.limits.max_failures.is_some_and(|max| failures >= max) {
            self.stop(Error::TooManyFailures {
                failures,
                last: reason,
            });
        }
    }

    fn take_one<T: Tunable>(&self, study: &Study<T>) -> bool {
        let take = |left: usize| left.checked_sub(1);
        !self.is_over(study)
            && self
                .left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                .is_ok()
    }

    /// Whether no trial is to start any more.
    fn is_over<T: Tunable>(&self, study: &Study<T>) -> bool {
        let late = self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline);
        let stopped = lock(&self.stopped).is_some();
        late || stopped || study.stops() != self.stops || self.is_interrupted()
    }

    fn is_interrupted(&self) -> bool {
        self.listener.as_ref().is_some_and(Listener::is_interrupted)
    }

    /// What an objective or a callback returns, unless it has to end before that.
    async fn before_cutoff<O>(&self, executing: impl Future<Output = O>) -> Option<O> {
        let cutoff = async {
            match &self.listener {
                Some(listener) => listener.cutoff().await,
                None => std::future::pending().await,
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
        let mut stopped = lock(&self.stopped);
        stopped.get_or_insert(error);
    }
}

/// Fails a trial whose run is cancelled: its objective may go on for hours, and nobody will read the result.
struct Abandoned(Option<RunningTrial>);

impl Abandoned {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for Abandoned {
    fn drop(&mut self) {
        if let Some(trial) = self.0.take() {
            trial.fail_beside("the run was cancelled");
        }
    }
}

/// A trial that another worker ended does not end the run.
fn survive(error: Error) -> Result<()> {
    match error {
        Error::TrialClosed { .. } => {
            tracing::warn!(%error, "a result was not recorded");
            Ok(())
        }
        error => Err(error),
    }
}
