//! Functions of a session: by one, what takes several statements under a study's lock is a single statement.
//!
//! Every role may create them, unless TEMP was revoked on the database, or a proxy pools sessions. Where there is none,
//! the same is done in several round trips.

use sqlx::{AssertSqlSafe, Executor};

use super::PgSession;
use crate::storage::connection::failure;

/// Whether a session has a function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Function {
    #[default]
    Untried,
    Created,
    Refused,
}

/// Creates a function of the session at the first call, and tells whether it is there.
pub(super) async fn has_function(
    session: &mut PgSession,
    which: impl Fn(&mut PgSession) -> &mut Function,
    create: impl FnOnce() -> String,
) -> sqlx::Result<bool> {
    if session.connection.is_pooled() {
        return Ok(false);
    }
    if *which(session) == Function::Untried {
        let created = session.connection.execute(AssertSqlSafe(create())).await;
        *which(session) = match created {
            Ok(_) => Function::Created,
            // It says nothing of the role's rights, which the session would remember.
            Err(error) if failure::is_disconnect(&error) || failure::is_harmless(&error) => {
                return Err(error);
            }
            Err(error) => {
                tracing::debug!(%error, "doing it in a transaction, not by a function");
                Function::Refused
            }
        };
    }
    Ok(*which(session) == Function::Created)
}
