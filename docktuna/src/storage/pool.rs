//! Connections that are kept, without the pings of a general pool.
//!
//! A lease takes the connection that was used last, so that a few busy workers need few connections,
//! and no objective ever holds one. A lease that is dropped before it is returned closes its
//! connection: a future that was cancelled in a transaction must not leave it open for the next user.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::Result;

/// After this long without use a connection is asked whether it is still there.
const PING_AFTER: Duration = Duration::from_secs(30);

pub(crate) struct Pool<S> {
    idle: Mutex<Vec<Idle<S>>>,
    slots: Semaphore,
    /// Whether a dropped lease gives its connection back; it has to where the connection is the
    /// database, as for one in memory.
    keep: bool,
    /// Connections that were closed after an error, and so had to be opened again.
    lost: AtomicU64,
    /// Nanoseconds that leases lasted.
    used: AtomicU64,
}

struct Idle<S> {
    session: S,
    since: Instant,
}

/// A connection of the pool.
pub(crate) struct Lease<'a, S: Session> {
    session: Option<S>,
    pool: &'a Pool<S>,
    since: Instant,
    _slot: SemaphorePermit<'a>,
}

/// A connection with what belongs to it.
pub(crate) trait Session: Sized + Send {
    /// Whether what it shows is still the database, which is asked before each use.
    fn is_current(&self) -> bool {
        true
    }

    /// Whether the connection is still usable.
    fn ping(&mut self) -> impl Future<Output = bool> + Send;

    /// Says goodbye to the database.
    fn close(self) -> impl Future<Output = ()> + Send;
}

impl<S: Session> Pool<S> {
    pub(crate) fn new(connections: usize, keep: bool) -> Self {
        Self {
            idle: Mutex::new(Vec::new()),
            slots: Semaphore::new(connections.max(1)),
            keep,
            lost: AtomicU64::new(0),
            used: AtomicU64::new(0),
        }
    }

    /// A connection: a kept one, or a new one from `open`.
    pub(crate) async fn lease<F>(&self, open: impl FnOnce() -> F) -> Result<Lease<'_, S>>
    where
        F: Future<Output = Result<S>>,
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
            _slot: slot,
        };
        while let Some(Idle { mut session, since }) = self.take() {
            if session.is_current() && (since.elapsed() < PING_AFTER || session.ping().await) {
                lease.session = Some(session);
                return Ok(lease);
            }
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        lease.session = Some(open().await?);
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
    }

    /// How many connections were lost, and how long connections were in use.
    pub(crate) fn load(&self) -> (u64, Duration) {
        let used = Duration::from_nanos(self.used.load(Ordering::Relaxed));
        (self.lost.load(Ordering::Relaxed), used)
    }

    /// Closes the connections that are not in use.
    pub(crate) async fn close(&self) {
        while let Some(Idle { session, .. }) = self.take() {
            session.close().await;
        }
    }

    fn take(&self) -> Option<Idle<S>> {
        self.lock().pop()
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

    fn give_back(&mut self) {
        if let Some(session) = self.session.take() {
            self.pool.lock().push(Idle {
                session,
                since: Instant::now(),
            });
        }
    }
}

impl<S: Session> Drop for Lease<'_, S> {
    fn drop(&mut self) {
        let nanos = u64::try_from(self.since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.pool.used.fetch_add(nanos, Ordering::Relaxed);
        if self.pool.keep {
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
