//! What a handle to a study has done, for a service to show.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::database::Counters;
use crate::storage::Usage;

/// Counts of what this process has done with a study since it was opened, including clones and runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StudyStats {
    /// Trials that were asked for: new ones and queued ones.
    pub asked: usize,
    /// Trials that ended with a result.
    pub told: usize,
    /// Trials that were pruned.
    pub pruned: usize,
    /// Trials that failed: its own, and trials of other workers that it found without a heartbeat.
    pub failed: usize,
    /// Failed trials that it put into the queue again.
    pub retried: usize,
    /// Dead connections that the database handle, which its studies share, closed: a connection that
    /// broke during a statement, the idle connections closed with it, and those that did not answer after
    /// 30 idle seconds. Each is opened again when it is needed. Attempts to reach a server that is down
    /// do not count. Connections that were closed because a call was cancelled or its statement was
    /// refused do not count either, nor does the connection of heartbeats.
    pub reconnects: usize,
    /// The time during which connections of the database handle, which its studies share, were in use. It
    /// is summed over connections, so it may exceed the elapsed time. It includes opening and checking
    /// connections, and statements and transactions with their waits for locks. It does not include waits
    /// for a free connection or between attempts, nor heartbeats, which have their own connection.
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
