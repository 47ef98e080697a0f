//! Asks whose callers gave up.
//!
//! An ask may make a trial, and a caller that gives up does not see which. So an ask that was begun goes
//! on without its caller, in the background, and the next ask of the study takes over what becomes of it
//! instead of beginning another one: no trial is lost however often callers give up, and however early,
//! and there are never more asks than there were callers at once. What nobody takes over within some
//! seconds ends: new trials become FAIL, those of the queue go back into it.
//!
//! Nothing beats for such a trial. Should the runtime end, or nobody drive it, then the trial falls
//! silent and is failed after the grace period like that of any worker that is gone.

use std::any::Any;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, Id};
use tokio::sync::oneshot;

use crate::error::Result;
use crate::lock::lock;
use crate::study::{DynamicStudy, Trial};

/// How long a trial waits for somebody to take it over: a caller that gives up after milliseconds is back
/// at once.
const PATIENCE: Duration = Duration::from_secs(10);

type Answer<T> = Result<Vec<Trial<T>>>;
/// An [`Answer`] of the study's type, which is not named because a study may cross threads where its
/// configurations may not.
type AnyAnswer = Box<dyn Any + Send>;
/// An answer, and until when it may be taken over.
type Resting = (AnyAnswer, Instant);
type Work<T> = Pin<Box<dyn Future<Output = Answer<T>> + Send>>;

/// What callers left of their asks.
#[derive(Debug, Default)]
pub(in crate::study) struct Left {
    asks: Mutex<Vec<LeftAsk>>,
    next: AtomicU64,
}

/// Where an ask belongs.
#[derive(Debug)]
pub(in crate::study) struct Place {
    study: DynamicStudy,
    runtime: Handle,
    limit: i32,
}

impl Place {
    /// An ask of the current runtime for trials with numbers below `limit`.
    ///
    /// # Panics
    ///
    /// Outside a runtime, as whatever is asked of a database does.
    pub(in crate::study) fn new(study: &DynamicStudy, limit: i32) -> Self {
        Self {
            study: study.clone(),
            runtime: Handle::current(),
            limit,
        }
    }
}

#[derive(Debug)]
struct LeftAsk {
    id: u64,
    /// Its trials have numbers below this.
    limit: i32,
    /// How often its trials are retried, which the handles of a study may differ in.
    retries: u32,
    runtime: Id,
    answer: oneshot::Receiver<Resting>,
    /// Whether it has waited long enough.
    late: Arc<AtomicBool>,
}

impl Left {
    /// Trials of an ask that was left, for one of this place; none if there is no such ask, or if it
    /// failed.
    pub(in crate::study) async fn take_over<T: Send + 'static>(
        &self,
        place: &Place,
    ) -> Vec<Trial<T>> {
        let Some(ask) = self.take(place) else {
            return Vec::new();
        };
        let taken = TakenOver {
            ask: Some(ask),
            left: self,
        };
        let Some((answer, until)) = taken.await else {
            return Vec::new();
        };
        let trials = answer.downcast().ok();
        let trials = trials.and_then(|answer: Box<Answer<T>>| answer.ok());
        let trials = trials.unwrap_or_default();
        if until < Instant::now() {
            // Nobody has driven the runtime, and nothing has beaten for them since.
            return Vec::new();
        }
        for trial in &trials {
            trial.resume();
        }
        trials
    }

    /// Only of this runtime, because another one may not be driven.
    fn take(&self, place: &Place) -> Option<LeftAsk> {
        let (runtime, retries) = (place.runtime.id(), place.study.retries());
        let mut asks = self.lock();
        let fits = |ask: &LeftAsk| {
            ask.limit <= place.limit && ask.runtime == runtime && ask.retries == retries
        };
        let found = asks.iter().position(fits)?;
        Some(asks.swap_remove(found))
    }

    /// Goes on with an ask in the background.
    fn carry_on<T: Send + 'static>(self: &Arc<Self>, place: &Place, work: Work<T>) {
        let (sender, answer) = oneshot::channel();
        let (id, late) = (self.next.fetch_add(1, Ordering::Relaxed), Arc::default());
        self.lock().push(LeftAsk {
            id,
            limit: place.limit,
            retries: place.study.retries(),
            runtime: place.runtime.id(),
            answer,
            late: Arc::clone(&late),
        });
        let database = place.study.database();
        let grace = database.heart().map(|heart| heart.grace() / 4);
        let patience = grace.map_or(PATIENCE, |grace| grace.min(PATIENCE));
        let mut closing = database.closing();
        let end = End {
            left: Arc::downgrade(self),
            id,
            late,
        };
        let carried_on = async move {
            let _end = end;
            let answer = work.await;
            for trial in answer.iter().flatten() {
                trial.rest();
            }
            // An error means that nobody holds the study any more. The trials have ended with it.
            if sender
                .send((Box::new(answer), Instant::now() + patience))
                .is_ok()
            {
                // In time means that the database handle is being closed.
                let _ = tokio::time::timeout(patience, closing.changed()).await;
            }
        };
        database.spawn_on(&place.runtime, carried_on);
    }

    /// Leaves trials for the next ask.
    pub(in crate::study) fn leave<T: Send + 'static>(
        self: &Arc<Self>,
        place: &Place,
        trials: Vec<Trial<T>>,
    ) {
        self.carry_on(place, Box::pin(async { Ok(trials) }));
    }

    /// An ask that goes on when its caller gives up.
    pub(in crate::study) fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        place: Place,
        work: impl Future<Output = Answer<T>> + Send + 'static,
    ) -> impl Future<Output = Answer<T>> {
        Asking {
            work: Some(Box::pin(work)),
            left: Arc::clone(self),
            place,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<LeftAsk>> {
        lock(&self.asks)
    }
}

/// The end of a left ask, when its time is over or with its runtime.
struct End {
    left: Weak<Left>,
    id: u64,
    late: Arc<AtomicBool>,
}

impl Drop for End {
    fn drop(&mut self) {
        let Some(left) = self.left.upgrade() else {
            return;
        };
        let mut asks = lock(&left.asks);
        self.late.store(true, Ordering::Release);
        let ended = asks.iter().position(|ask| ask.id == self.id);
        let ended = ended.map(|ended| asks.swap_remove(ended));
        drop(asks);
        // Its trials end with it, which takes locks of theirs.
        drop(ended);
    }
}

/// An ask in the hands of the caller that began it.
struct Asking<T: Send + 'static> {
    /// None once it is done.
    work: Option<Work<T>>,
    left: Arc<Left>,
    place: Place,
}

impl<T: Send + 'static> Future for Asking<T> {
    type Output = Answer<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer<T>> {
        let work = self.work.as_mut().expect("no future is polled when done");
        let answer = work.as_mut().poll(context);
        if answer.is_ready() {
            self.work = None;
        }
        answer
    }
}

impl<T: Send + 'static> Drop for Asking<T> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            self.left.carry_on(&self.place, work);
        }
    }
}

/// A left ask in the hands of the caller that took it over.
struct TakenOver<'a> {
    /// None once it is answered.
    ask: Option<LeftAsk>,
    left: &'a Left,
}

impl Future for TakenOver<'_> {
    /// None if it ended with its runtime.
    type Output = Option<Resting>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let ask = self.ask.as_mut().expect("no future is polled when done");
        let answer = Pin::new(&mut ask.answer).poll(context);
        answer.map(|answer| {
            self.ask = None;
            answer.ok()
        })
    }
}

impl Drop for TakenOver<'_> {
    fn drop(&mut self) {
        let Some(ask) = self.ask.take() else { return };
        let mut asks = self.left.lock();
        // One that is late is not looked at again; its trials end with it.
        if !ask.late.load(Ordering::Acquire) {
            asks.push(ask);
        }
    }
}
