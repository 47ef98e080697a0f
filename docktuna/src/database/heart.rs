//! The heart of a database handle: one task that keeps all of its running trials alive.
//!
//! It has a thread with a runtime and a connection of its own, because it must beat whatever the
//! objective does: an objective that never awaits stops the caller's runtime, and one that reports much
//! fills the caller's connections. Every interval it records a heartbeat of all running trials in one
//! statement, and fails those of others that have gone silent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::{mpsc, oneshot};
use tokio::time;

use super::Counters;
use crate::id::{StudyId, TrialId};
use crate::lock::lock;
use crate::shown::Shown;
use crate::storage::{Horizon, Storage, StudyRow, TrialKey};

/// How often heartbeats are sent, and how long a trial may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pulse {
    pub(crate) interval: Duration,
    pub(crate) grace: Duration,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(60),
            grace: Duration::from_secs(120),
        }
    }
}

/// The heartbeats of one database handle.
#[derive(Debug)]
pub(crate) struct Heart {
    pulse: Pulse,
    shared: Arc<Mutex<Shared>>,
    /// To the thread, once there is one; it ends when this is dropped.
    thread: Mutex<Option<mpsc::UnboundedSender<oneshot::Sender<()>>>>,
}

/// What the handle and its thread both see.
#[derive(Debug, Default)]
struct Shared {
    alive: HashMap<TrialKey, Ward>,
    /// When each study was last looked through for silent trials, and how far.
    swept: HashMap<StudyId, Sweep>,
    /// When the database was last seen to work, or at least was not needed. In wall-clock time, which goes
    /// on while a machine sleeps.
    contact: Option<SystemTime>,
    /// When it was reached again after a silence.
    back: Option<SystemTime>,
}

/// A look through a study for silent trials.
#[derive(Debug)]
struct Sweep {
    at: Instant,
    /// None while the look lasts.
    horizon: Option<Horizon>,
}

impl Shared {
    /// Whether the database could not be reached for a while, or this process slept.
    fn is_lost(&self, interval: Duration) -> bool {
        let old = |at: SystemTime| at.elapsed().is_ok_and(|ago| ago > interval * 2);
        self.contact.is_some_and(old)
    }

    /// Whether others have had no interval to be heard since a silence.
    fn is_back_just_now(&self, interval: Duration) -> bool {
        let new = |at: SystemTime| at.elapsed().is_ok_and(|ago| ago < interval);
        self.back.is_some_and(new)
    }

    fn reached(&mut self, interval: Duration) {
        let now = Some(SystemTime::now());
        if self.is_lost(interval) {
            self.back = now;
        }
        self.contact = now;
    }
}

/// A study whose silent trials are looked after, and how.
#[derive(Debug, Clone)]
pub(crate) struct Ward {
    pub(crate) study: Arc<StudyRow>,
    pub(crate) retries: u32,
    pub(crate) counters: Arc<Counters>,
}

/// Keeps a trial alive until it is dropped.
#[derive(Debug)]
pub(crate) struct Beat {
    shared: Arc<Mutex<Shared>>,
    trial: TrialKey,
}

impl Drop for Beat {
    fn drop(&mut self) {
        lock(&self.shared).alive.remove(&self.trial);
    }
}

impl Heart {
    pub(crate) fn new(pulse: Pulse) -> Self {
        Self {
            pulse,
            shared: Arc::default(),
            thread: Mutex::default(),
        }
    }

    /// Keeps a trial alive that has just sent its first heartbeat.
    pub(crate) fn attend(&self, storage: &Storage, ward: Ward, key: TrialKey) -> Beat {
        lock(&self.shared).alive.insert(key, ward);
        let mut thread = lock(&self.thread);
        if thread.is_none() {
            *thread = self.start(storage);
        }
        Beat {
            shared: Arc::clone(&self.shared),
            trial: key,
        }
    }

    fn start(&self, storage: &Storage) -> Option<mpsc::UnboundedSender<oneshot::Sender<()>>> {
        let storage = storage.sibling()?;
        let (sender, orders) = mpsc::unbounded_channel();
        let pump = Pump {
            storage,
            pulse: self.pulse,
            shared: Arc::clone(&self.shared),
        };
        let spawned = std::thread::Builder::new()
            .name("docktuna-heart".to_owned())
            .spawn(move || pump.run(orders));
        match spawned {
            Ok(_) => Some(sender),
            Err(error) => {
                tracing::error!(%error, "no heartbeats: no thread can be started");
                None
            }
        }
    }

    /// Fails silent trials of a study, at most once per interval.
    pub(crate) async fn sweep(&self, storage: &Storage, ward: &Ward) -> crate::Result<()> {
        sweep(storage, self.pulse, &self.shared, ward).await
    }

    /// How long a trial may be silent.
    pub(crate) fn grace(&self) -> Duration {
        self.pulse.grace
    }

    /// Whether a silence of this length explains that another worker failed a trial.
    pub(crate) fn is_suspicious(&self, silence: Duration) -> bool {
        silence > self.pulse.interval.mul_f64(1.5).min(self.pulse.grace)
    }

    /// Closes the connection; the next beat opens another one.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        let sent = lock(&self.thread)
            .as_ref()
            .is_some_and(|thread| thread.send(done).is_ok());
        if sent {
            // An error means that the thread is gone, and its connection with it.
            let _ = closed.await;
        }
    }
}

/// What the thread works with.
struct Pump {
    storage: Storage,
    pulse: Pulse,
    shared: Arc<Mutex<Shared>>,
}

impl Pump {
    fn run(self, orders: mpsc::UnboundedReceiver<oneshot::Sender<()>>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => runtime.block_on(self.pump(orders)),
            Err(error) => tracing::error!(%error, "no heartbeats: no runtime can be made"),
        }
    }

    async fn pump(self, mut orders: mpsc::UnboundedReceiver<oneshot::Sender<()>>) {
        let mut next = time::Instant::now() + self.pulse.interval;
        loop {
            match time::timeout_at(next, orders.recv()).await {
                Ok(Some(done)) => {
                    self.storage.close().await;
                    // Whoever asked may have given up.
                    let _ = done.send(());
                }
                Ok(None) => break,
                Err(_) => {
                    next = time::Instant::now() + self.round().await;
                }
            }
        }
        self.storage.close().await;
    }

    /// One round; returns when the next one is due.
    async fn round(&self) -> Duration {
        let alive = lock(&self.shared).alive.clone();
        if alive.is_empty() {
            // No connection is held while nothing runs.
            self.storage.close().await;
            let mut shared = lock(&self.shared);
            if !shared.is_lost(self.pulse.interval) {
                shared.contact = Some(SystemTime::now());
            }
            return self.pulse.interval;
        }
        let keys: Vec<TrialKey> = alive.keys().copied().collect();
        // A line that died without a word must not take the heartbeats with it.
        let patience = self.pulse.grace / 2;
        match time::timeout(patience, self.storage.beat(&keys)).await {
            Ok(Ok(beaten)) => {
                lock(&self.shared).reached(self.pulse.interval);
                self.forget_ended(&alive, &beaten);
                if time::timeout(patience, self.sweep(&alive)).await.is_err() {
                    tracing::warn!("looking for trials without heartbeats took too long");
                }
                self.pulse.interval
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "no heartbeat was recorded; trying again");
                self.soon()
            }
            Err(_) => {
                tracing::warn!("the database does not answer heartbeats; trying again");
                self.soon()
            }
        }
    }

    /// Looks after the studies of running trials.
    async fn sweep(&self, alive: &HashMap<TrialKey, Ward>) {
        let mut wards: HashMap<StudyId, &Ward> = HashMap::new();
        for (key, ward) in alive {
            wards.insert(key.study, ward);
        }
        for ward in wards.into_values() {
            let swept = sweep(&self.storage, self.pulse, &self.shared, ward).await;
            if let Err(error) = swept {
                tracing::warn!(%error, "could not look for trials without heartbeats");
            }
        }
    }

    /// When to beat again after a failure: the grace period is running.
    fn soon(&self) -> Duration {
        let soon = Duration::from_secs(2).min(self.pulse.interval);
        soon.mul_f64(rand::RngExt::random_range(&mut rand::rng(), 0.5..1.0))
    }

    /// Stops heartbeats of trials that another worker has ended.
    fn forget_ended(&self, alive: &HashMap<TrialKey, Ward>, beaten: &[TrialId]) {
        let mut shared = lock(&self.shared);
        for (key, ward) in alive {
            // A trial that was told since has left by itself.
            if !beaten.contains(&key.id) && shared.alive.remove(key).is_some() {
                tracing::warn!(study = %Shown(&ward.study.name), trial = key.number.0, "another worker has ended a running trial");
            }
        }
    }
}

/// Fails silent trials of a study, unless that was done less than an interval ago.
///
/// A process that could not reach the database itself, or slept, would find everybody silent: it waits
/// until the others have had an interval to be heard.
async fn sweep(
    storage: &Storage,
    pulse: Pulse,
    shared: &Mutex<Shared>,
    ward: &Ward,
) -> crate::Result<()> {
    let study = ward.study.id;
    let (lost, mut horizon) = {
        let mut shared = lock(shared);
        let due = |sweep: &Sweep| sweep.at.elapsed() >= pulse.interval;
        if shared.is_back_just_now(pulse.interval) || !shared.swept.get(&study).is_none_or(due) {
            return Ok(());
        }
        let now = Sweep {
            at: Instant::now(),
            horizon: None,
        };
        let before = shared.swept.insert(study, now);
        let horizon = before.and_then(|sweep| sweep.horizon);
        (shared.is_lost(pulse.interval), horizon)
    };
    let given_up = GivenUp(Some((shared, study)));
    let swept = match lost {
        // Only to see that the database is there again: from now on the others can be heard.
        true => storage.count_states(study).await.map(drop),
        false => {
            let swept = storage.fail_stale(&ward.study, pulse.grace, ward.retries, &mut horizon);
            swept.await.map(|swept| ward.counters.swept(swept))
        }
    };
    given_up.disarm();
    let mut shared = lock(shared);
    if let Some(sweep) = shared.swept.get_mut(&study) {
        sweep.horizon = horizon;
    }
    swept?;
    shared.reached(pulse.interval);
    Ok(())
}

/// Leaves to the next what a caller gave up before it had looked at all silent trials.
struct GivenUp<'a>(Option<(&'a Mutex<Shared>, StudyId)>);

impl GivenUp<'_> {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        if let Some((shared, study)) = self.0.take() {
            lock(shared).swept.remove(&study);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(60);

    fn ago(seconds: u64) -> Option<SystemTime> {
        SystemTime::now().checked_sub(Duration::from_secs(seconds))
    }

    #[test]
    fn whoever_was_away_waits_an_interval_first() {
        let mut shared = Shared::default();
        shared.reached(INTERVAL);
        assert!(!shared.is_back_just_now(INTERVAL), "it had not been away");
        shared.contact = ago(100);
        shared.reached(INTERVAL);
        assert!(!shared.is_back_just_now(INTERVAL), "not for long enough");
        shared.contact = ago(130);
        assert!(shared.is_lost(INTERVAL));
        // Whichever of the heart and an ask comes first, the other one waits as well.
        shared.reached(INTERVAL);
        shared.reached(INTERVAL);
        assert!(!shared.is_lost(INTERVAL));
        assert!(shared.is_back_just_now(INTERVAL));
        shared.back = ago(61);
        assert!(!shared.is_back_just_now(INTERVAL));
    }
}
