//! Connections that are kept, without the pings of a general pool.
//!
//! A lease takes the connection that was used last, so that a few busy workers need few connections,
//! and no objective ever holds one.
//!
//! A caller may give up at any moment, and each that does must leave the next one nearer to its end.
//! Half of an opened connection is kept ([`Unfinished`]). A lease that is dropped in the middle of a
//! statement gives its connection back with what it has learnt, its prepared statements above all; it
//! is used when there is no other, after the answer that nobody waited for has been read. In a
//! transaction it is closed, so that the server gives up the transaction's locks at once.
//!
//! A connection is woken by the runtime on which it was opened, so that no other runtime gets it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Id;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::unfinished::{Unfinished, runtime};
use crate::error::Result;

/// After this long without use a connection is asked whether it is still there.
const PING_AFTER: Duration = Duration::from_secs(30);

/// For so long a connection may owe the answer that somebody did not wait for.
const OWING: Duration = Duration::from_secs(5);

pub(crate) struct Pool<S> {
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
    pool: &'a Pool<S>,
    since: Instant,
    owing: Option<Instant>,
    runtime: Option<Id>,
    _slot: SemaphorePermit<'a>,
}

/// A connection with what belongs to it.
pub(crate) trait Session: Sized + Send {
    /// Whether it is a line to a server: no other runtime than the one on which it was opened wakes it, and
    /// what a user did not wait for still has to be read from it.
    const IS_LINE: bool;

    /// Whether what it shows is still the database, which is asked before each use.
    fn is_current(&self) -> bool {
        true
    }

    /// Whether it may be left in the middle of what it does.
    fn may_be_left(&self) -> bool {
        true
    }

    /// Whether the connection is still usable; waits for what it owes.
    fn ping(&mut self) -> impl Future<Output = bool> + Send;

    /// Says goodbye to the database.
    fn close(self) -> impl Future<Output = ()> + Send;
}

impl<S: Session> Pool<S> {
    pub(crate) fn new(connections: usize, keep: bool) -> Self {
        Self {
            idle: Mutex::new(Vec::new()),
            openings: Unfinished::default(),
            slots: Semaphore::new(connections.max(1)),
            keep,
            lost: AtomicU64::new(0),
            used: AtomicU64::new(0),
        }
    }

    /// A connection: a kept one, or a new one from `open`.
    pub(crate) async fn lease<F>(&self, open: impl FnOnce() -> F) -> Result<Lease<'_, S>>
    where
        F: Future<Output = Result<S>> + Send + 'static,
    {
        let slot = self
            .slots
            .acquire()
            .await
            .expect("the semaphore is never closed");
        let mut lease = Lease {
            session: None,
            pool: self,
            since: Instant::now(),
            owing: None,
            runtime: runtime().filter(|_| S::IS_LINE),
            _slot: slot,
        };
        while let Some(idle) = self.take(lease.runtime) {
            let late = idle.owing.is_some_and(|owing| owing.elapsed() > OWING);
            let trusted = idle.owing.is_none() && idle.since.elapsed() < PING_AFTER;
            lease.owing = idle.owing;
            let session = lease.session.insert(idle.session);
            if !late && session.is_current() && (trusted || session.ping().await) {
                lease.owing = None;
                return Ok(lease);
            }
            lease.session = None;
            self.lost.fetch_add(u64::from(!late), Ordering::Relaxed);
        }
        lease.owing = None;
        lease.session = Some(self.openings.finish(open).await?);
        Ok(lease)
    }

    /// Drops the connections that are not in use: one of them was found dead, so probably all are.
    #[cfg(feature = "postgres")]
    pub(crate) fn forget(&self) {
        let mut idle = self.lock();
        let lost = u64::try_from(idle.len()).unwrap_or(u64::MAX);
        // And the one that found out.
        self.lost.fetch_add(lost + 1, Ordering::Relaxed);
        idle.clear();
        self.openings.clear();
    }

    /// How many connections were lost, and how long connections were in use.
    pub(crate) fn load(&self) -> (u64, Duration) {
        let used = Duration::from_nanos(self.used.load(Ordering::Relaxed));
        (self.lost.load(Ordering::Relaxed), used)
    }

    /// Closes the connections that are not in use.
    pub(crate) async fn close(&self) {
        self.openings.clear();
        let idle = std::mem::take(&mut *self.lock());
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

    /// The connection of a runtime that was used last. Where there is none, one of another runtime makes
    /// room for the one that will be opened.
    fn take(&self, runtime: Option<Id>) -> Option<Idle<S>> {
        let mut idle = self.lock();
        let own = idle.iter().rposition(|idle| idle.runtime == runtime);
        let taken = own.map(|own| idle.remove(own));
        if taken.is_none() {
            idle.pop();
        }
        taken
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Idle<S>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
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
        let Some(session) = self.session.take() else {
            return;
        };
        let mut idle = self.pool.lock();
        // The last one is used first, and one that owes an answer when there is no other.
        let place = self.owing.map_or(idle.len(), |_| 0);
        idle.insert(
            place,
            Idle {
                session,
                since: Instant::now(),
                owing: self.owing,
                runtime: self.runtime,
            },
        );
    }
}

impl<S: Session> Drop for Lease<'_, S> {
    fn drop(&mut self) {
        let nanos = u64::try_from(self.since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.pool.used.fetch_add(nanos, Ordering::Relaxed);
        // It is still here only if its user gave up.
        if self.session.as_ref().is_some_and(S::may_be_left) {
            if S::IS_LINE {
                self.owing.get_or_insert_with(Instant::now);
            }
            self.give_back();
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
