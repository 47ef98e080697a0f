//! What a handle to a study has done, for a service to show.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::database::Counters;
use crate::storage::Usage;

/// What this process has done with a study since it was opened, its clones and runs included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StudyStats {
    /// Trials that were asked for, new ones and those of the queue.
    pub asked: usize,
    /// Trials that ended with a result.
    pub told: usize,
    /// Trials that were pruned.
    pub pruned: usize,
    /// Trials that failed: its own, and those of others that it found without a heartbeat.
    pub failed: usize,
    /// Failed trials that it put into the queue again.
    pub retried: usize,
    /// Connections that the database handle, which its studies share, found dead and gave up: one that
    /// a statement broke on, the idle ones given up with it, and those that did not answer after 30 idle
    /// seconds. Each is opened again when it is needed. Tries to reach a server that is down do not count,
    /// nor do connections closed because a call was cancelled or its statement refused, nor that of
    /// heartbeats.
    pub reconnects: usize,
    /// The time for which connections of the database handle, which its studies share, were in use,
    /// summed over connections, so that it may exceed the time on the clock. It counts opening and
    /// checking them, and statements and transactions with their waits for locks; not the waits for a
    /// free connection or between tries, nor heartbeats, which have a connection of their own.
    pub store_time: Duration,
}

impl StudyStats {
    /// From what was counted, and what the storage says of its connections.
    pub(super) fn of(counters: &Counters, connections: Usage) -> Self {
        Self {
            asked: counters.asked.load(Ordering::Relaxed),
            told: counters.told.load(Ordering::Relaxed),
            pruned: counters.pruned.load(Ordering::Relaxed),
            failed: counters.failed.load(Ordering::Relaxed),
            retried: counters.retried.load(Ordering::Relaxed),
            reconnects: usize::try_from(connections.lost).unwrap_or(usize::MAX),
            store_time: connections.time,
        }
    }
}
