//! Connections that are kept, without the pings of a general pool.
//!
//! A lease takes the connection that was used last, so that a few busy workers need few connections,
//! and no objective ever holds one.
//!
//! A caller may give up at any moment, and each that does must leave the next one nearer to its end.
//! Half of an opened connection is kept ([`Unfinished`]). A lease that is dropped in the middle of a
//! statement gives its connection back with what it has learnt, its prepared statements above all; it
//! is used when there is no other, after the answer that nobody waited for has been read. In a
//! transaction it is rolled back first, at once and in the background, because a transaction has locks.
//!
//! A connection is woken by the runtime on which it was opened, so that no other runtime gets it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, Id};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::unfinished::{Unfinished, runtime};
use crate::error::Result;
use crate::lock::lock;

/// After this long without use a connection is asked whether it is still there.
const PING_AFTER: Duration = Duration::from_secs(30);

/// For so long a connection may owe the answer that somebody did not wait for.
const OWING: Duration = Duration::from_secs(5);

pub(crate) struct Pool<S>(Arc<Shared<S>>);

/// What the connections of a pool have been through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// How many were lost, and had to be opened again.
    pub(crate) lost: u64,
    /// For how long they were in use, summed.
    pub(crate) time: Duration,
}

struct Shared<S> {
    idle: Mutex<Vec<Idle<S>>>,
    openings: Unfinished<Result<S>>,
    slots: Semaphore,
    /// Whether a connection is kept after an error; it has to be where it is the database, as for one in
    /// memory.
    keep: bool,
    /// Connections that were closed after an error, and so had to be opened again.
    lost: AtomicU64,
    /// Nanoseconds that leases lasted.
    used: AtomicU64,
}

struct Idle<S> {
    session: S,
    since: Instant,
    /// Since when it owes somebody an answer.
    owing: Option<Instant>,
    runtime: Option<Id>,
}

/// A connection of the pool.
pub(crate) struct Lease<'a, S: Session> {
    session: Option<S>,
    pool: &'a Arc<Shared<S>>,
    since: Instant,
    owing: Option<Instant>,
    runtime: Option<Id>,
    /// None once it is somebody else's.
    slot: Option<SemaphorePermit<'a>>,
}

/// The place of a connection that is rolled back.
struct Place<S>(Arc<Shared<S>>);

impl<S> Drop for Place<S> {
    fn drop(&mut self) {
        self.0.slots.add_permits(1);
    }
}

/// A connection with what belongs to it.
pub(crate) trait Session: Sized + Send + 'static {
    /// Whether it is a line to a server: no other runtime than the one on which it was opened wakes it, and
    /// what a user did not wait for still has to be read from it.
    const IS_LINE: bool;

    /// Whether what it shows is still the database, which is asked before each use.
    fn is_current(&self) -> bool {
        true
    }

    /// Whether a transaction has to be rolled back when its user gives up.
    fn is_in_transaction(&self) -> bool;

    /// Whether the transaction could be rolled back.
    fn roll_back(&mut self) -> impl Future<Output = bool> + Send;

    /// Whether the connection is still usable; waits for what it owes.
    fn ping(&mut self) -> impl Future<Output = bool> + Send;

    /// Says goodbye to the database.
    fn close(self) -> impl Future<Output = ()> + Send;
}

impl<S: Session> Pool<S> {
    pub(crate) fn new(connections: usize, keep: bool) -> Self {
        Self(Arc::new(Shared {
            idle: Mutex::new(Vec::new()),
            openings: Unfinished::default(),
            slots: Semaphore::new(connections.max(1)),
            keep,
            lost: AtomicU64::new(0),
            used: AtomicU64::new(0),
        }))
    }

    /// A connection: a kept one, or a new one from `open`.
    pub(crate) async fn lease<F>(&self, open: impl FnOnce() -> F) -> Result<Lease<'_, S>>
    where
        F: Future<Output = Result<S>> + Send + 'static,
    {
        let slot = self
            .0
            .slots
            .acquire()
            .await
            .expect("the semaphore is never closed");
        let mut lease = Lease {
            session: None,
            pool: &self.0,
            since: Instant::now(),
            owing: None,
            runtime: runtime().filter(|_| S::IS_LINE),
            slot: Some(slot),
        };
        self.0.openings.forget_stale();
        while let Some(idle) = self.0.take(lease.runtime) {
            let late = idle.owing.is_some_and(|owing| owing.elapsed() > OWING);
            let trusted = idle.owing.is_none() && idle.since.elapsed() < PING_AFTER;
            lease.owing = idle.owing;
            let session = lease.session.insert(idle.session);
            if !late && session.is_current() && (trusted || session.ping().await) {
                lease.owing = None;
                return Ok(lease);
            }
            lease.session = None;
            self.0.lost.fetch_add(u64::from(!late), Ordering::Relaxed);
        }
        lease.owing = None;
        lease.session = Some(self.0.openings.finish(open).await?);
        Ok(lease)
    }

    /// Drops the connections that are not in use: one of them was found dead, so probably all are.
    #[cfg(feature = "postgres")]
    pub(crate) fn forget(&self) {
        let mut idle = self.0.lock();
        let lost = u64::try_from(idle.len()).unwrap_or(u64::MAX);
        // And the one that found out.
        self.0.lost.fetch_add(lost + 1, Ordering::Relaxed);
        idle.clear();
        self.0.openings.clear();
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage {
            lost: self.0.lost.load(Ordering::Relaxed),
            time: Duration::from_nanos(self.0.used.load(Ordering::Relaxed)),
        }
    }

    /// Closes the connections that are not in use.
    pub(crate) async fn close(&self) {
        self.0.openings.clear();
        let idle = std::mem::take(&mut *self.0.lock());
        let runtime = runtime();
        for Idle {
            session,
            runtime: home,
            ..
        } in idle
        {
            // Only its own runtime can send the goodbye.
            if !S::IS_LINE || home == runtime {
                session.close().await;
            }
        }
    }
}

impl<S: Session> Shared<S> {
    /// The connection of a runtime that was used last. Where there is none, one of another runtime makes
    /// room for the one that will be opened.
    fn take(&self, runtime: Option<Id>) -> Option<Idle<S>> {
        let mut idle = self.lock();
        let own = idle.iter().rposition(|idle| idle.runtime == runtime);
        let taken = own.map(|own| idle.remove(own));
        // The caller has taken its place already.
        if taken.is_none() && idle.len() > self.slots.available_permits() {
            idle.pop();
        }
        taken
    }

    /// The last one is used first, and one that owes an answer when there is no other.
    fn keep(&self, session: S, owing: Option<Instant>, runtime: Option<Id>) {
        let mut idle = self.lock();
        let place = owing.map_or(idle.len(), |_| 0);
        let since = Instant::now();
        idle.insert(
            place,
            Idle {
                session,
                since,
                owing,
                runtime,
            },
        );
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Idle<S>>> {
        lock(&self.idle)
    }
}

impl<S: Session> Lease<'_, S> {
    /// Gives the connection back.
    pub(crate) fn done(mut self) {
        self.give_back();
    }

    /// Closes the connection, after an error.
    pub(crate) fn failed(mut self) {
        match self.pool.keep {
            true => self.give_back(),
            false => self.session = None,
        }
    }

    fn give_back(&mut self) {
        if let Some(session) = self.session.take() {
            self.pool.keep(session, self.owing, self.runtime);
        }
    }

    /// Gives a connection back that is in a transaction, when that is over.
    fn roll_back(&mut self) {
        let (Some(mut session), Ok(runtime)) = (self.session.take(), Handle::try_current()) else {
            return;
        };
        // Elsewhere it is closed.
        if self.runtime != Some(runtime.id()) {
            return;
        }
        let (place, home) = (Place(Arc::clone(self.pool)), self.runtime);
        if let Some(slot) = self.slot.take() {
            slot.forget();
        }
        runtime.spawn(async move {
            if session.roll_back().await {
                place.0.keep(session, None, home);
            }
        });
    }
}

impl<S: Session> Drop for Lease<'_, S> {
    fn drop(&mut self) {
        let nanos = u64::try_from(self.since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.pool.used.fetch_add(nanos, Ordering::Relaxed);
        // It is still here only if its user gave up.
        match &self.session {
            Some(session) if session.is_in_transaction() => self.roll_back(),
            Some(_) => {
                if S::IS_LINE {
                    self.owing.get_or_insert_with(Instant::now);
                }
                self.give_back();
            }
            None => {}
        }
    }
}

impl<S: Session> Deref for Lease<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.session
            .as_ref()
            .expect("a lease has its session until it ends")
    }
}

impl<S: Session> DerefMut for Lease<'_, S> {
    fn deref_mut(&mut self) -> &mut S {
        self.session
            .as_mut()
            .expect("a lease has its session until it ends")
    }
}
