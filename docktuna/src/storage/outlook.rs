//! How long an error may last, and so who repeats the operation that met it.

use super::connection::failure;
use crate::error::{ConnectReason, Error, StorageReason};

/// How long an error may last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outlook {
    /// For a moment: every operation is repeated.
    Passing,
    /// Until a connection leads to another server, or for ever: one more attempt shows it to a caller, and a running
    /// trial waits.
    Elsewhere,
    /// Until somebody has seen to it: a caller is told at once, and a running trial waits.
    Trouble,
    /// The same, of a server that lets nobody in with settings that have worked. Without a running trial it is a
    /// mistake in the settings.
    Refused,
    /// For ever.
    Lasting,
}

impl Outlook {
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::Connect { reason, .. } => match reason {
                ConnectReason::Dns
                | ConnectReason::Refused
                | ConnectReason::TooManyConnections
                | ConnectReason::Session
                | ConnectReason::Unavailable => Self::Passing,
                _ => Self::Refused,
            },
            Error::Storage { reason, .. } => match reason {
                StorageReason::Lost
                | StorageReason::Busy
                | StorageReason::TooManyConnections
                | StorageReason::Locked => Self::Passing,
                StorageReason::Dropped => Self::Refused,
                StorageReason::Other => Self::Lasting,
                _ => Self::Trouble,
            },
            Error::Locked { .. } | Error::Overtaken { .. } => Self::Passing,
            Error::ReadOnly { .. } => Self::Elsewhere,
            // A file system that turned read-only when its disk failed.
            Error::Privilege { source, .. } if failure::is_read_only_file(source.as_ref()) => {
                Self::Refused
            }
            _ => Self::Lasting,
        }
    }
}
