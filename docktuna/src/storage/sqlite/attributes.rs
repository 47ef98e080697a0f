//! The attributes of trials.

use sqlx::sqlite::SqliteConnection;

use crate::id::Int;
use crate::storage::rows::record::Attrs;
use crate::storage::{Statement, statements};

statements! { "sqlite":
    SET_TRIAL_SYSTEM_ATTRIBUTE "set_trial_system_attribute",
    SET_TRIAL_USER_ATTRIBUTE "set_trial_user_attribute",
}

pub(super) async fn set_attributes(
    which: Attrs,
    connection: &mut SqliteConnection,
    trial: Int,
    attributes: &[(String, String)],
) -> sqlx::Result<()> {
    let statement = attribute_statement(which);
    for (key, json) in attributes {
        sqlx::query(statement.text)
            .bind(trial)
            .bind(key)
            .bind(json)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) fn attribute_statement(which: Attrs) -> Statement {
    match which {
        Attrs::User => SET_TRIAL_USER_ATTRIBUTE,
        Attrs::System => SET_TRIAL_SYSTEM_ATTRIBUTE,
    }
}
