//! What a role may do, what time a server has, and how trials are kept alive: for a person who looks for a mistake.

use std::time::Duration;

use super::{Storage, once, repeated};
use crate::error::Result;

/// What somebody wants to do in a database; each needs the rights of those before it, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// Load the best parameters.
    Load,
    /// Read everything.
    Read,
    /// Ask for trials and tell their results.
    Tune,
    /// Delete studies.
    Delete,
    /// Create the tables.
    Create,
}

/// A right, and whether the role has it.
#[derive(Debug, Clone)]
pub(crate) struct Right {
    pub(crate) purpose: Purpose,
    /// `INSERT on trials`.
    pub(crate) name: String,
    pub(crate) granted: bool,
}

/// The trials that run, in all studies.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Beats {
    pub(crate) running: usize,
    /// How many of them have ever sent a heartbeat.
    pub(crate) beating: usize,
    /// For how long the most silent of these has sent none.
    pub(crate) longest: Option<Duration>,
}

/// A server.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) version: String,
    /// Seconds since 1970.
    pub(crate) time: f64,
    /// Whether the connection is encrypted; `None` where that cannot be told.
    pub(crate) encrypted: Option<bool>,
}

impl Storage {
    /// The rights of the role, one by one.
    pub(crate) async fn rights(&self) -> Result<Vec<Right>> {
        repeated!(self.rights())
    }

    /// The server; none for SQLite.
    pub(crate) async fn server(&self) -> Result<Option<Server>> {
        repeated!(self.server())
    }

    pub(crate) async fn beats(&self) -> Result<Beats> {
        let (running, beating, longest) = repeated!(self.beats())?;
        let count = |number: i64| usize::try_from(number).unwrap_or(0);
        Ok(Beats {
            running: count(running),
            beating: count(beating),
            longest: longest
                .map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default()),
        })
    }
}
