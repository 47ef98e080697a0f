//! Trials that have only started, as Optuna's storage interface makes them. The commit is a round trip of its own, before
//! which the transaction's id is known: by it a trial is found whose answer was lost.

use chrono::NaiveDateTime;
use sqlx::FromRow;

use super::PgSession;
use super::functions::has_function;
use crate::id::{Int, StudyId};
use crate::storage::{Statement, statements};

statements! { "postgres":
    ADD_TRIAL "add_trial",
    ADD_TRIAL_FUNCTION "add_trial_function",
}

/// Whether the session can start trials so.
pub(super) async fn can_start(session: &mut PgSession) -> sqlx::Result<bool> {
    let create = || {
        ADD_TRIAL_FUNCTION
            .text
            .replace("{add_trial.sql}", ADD_TRIAL.text)
    };
    has_function(session, |session| &mut session.add_trial_function, create).await
}

/// Begins a transaction, locks the study and adds the trial in one round trip; (id, number, transaction), or `None` if
/// the study is gone.
pub(super) async fn start(
    session: &mut PgSession,
    study: StudyId,
    started: NaiveDateTime,
) -> sqlx::Result<Option<(Int, i32, i64)>> {
    // Several statements in one message cannot have bound parameters; an integer and a moment need no escaping. No
    // study has an id beyond the integers of the database.
    let study = i32::try_from(study.get()).unwrap_or(-1);
    let call = format!("SELECT * FROM pg_temp.docktuna_add_trial({study}, 'RUNNING', '{started}')");
    let row = session.connection.begin_with(&call).await?;
    row.map(|row| FromRow::from_row(&row)).transpose()
}
