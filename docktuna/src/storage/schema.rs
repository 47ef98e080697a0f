//! Creates Optuna's tables, or makes sure that those that are there are the ones we know.

use std::time::Duration;

use super::Storage;
use super::connection::failure;
use crate::error::{Error, Result, SchemaReason};

/// The revision that every release of Optuna since 3.2.0 writes.
pub(super) const HEAD: &str = "v3.2.0.a";

/// The revisions before it.
const OLDER: &[&str] = &[
    "v0.9.0.a", "v1.2.0.a", "v1.3.0.a", "v2.4.0.a", "v2.6.0.a", "v3.0.0.a", "v3.0.0.b", "v3.0.0.c",
    "v3.0.0.d",
];

const TABLES: &[&str] = &[
    "studies",
    "study_directions",
    "study_user_attributes",
    "study_system_attributes",
    "trials",
    "trial_user_attributes",
    "trial_system_attributes",
    "trial_params",
    "trial_values",
    "trial_intermediate_values",
    "trial_heartbeats",
    "version_info",
    "alembic_version",
];

/// How often, and at what intervals, a half-made schema is looked at again: Python makes it in
/// several transactions.
const LOOKS: u32 = 25;
const PAUSE: Duration = Duration::from_millis(200);

impl Storage {
    /// Makes sure that Optuna's tables are there and as we know them; creates nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NoTables`] if there are none, [`Error::Schema`] if they are others.
    pub(crate) async fn verify_schema(&self) -> Result<()> {
        let mut look = 1;
        loop {
            match self.look_at_schema().await {
                Err(Error::Schema {
                    reason: SchemaReason::Incomplete(_),
                    ..
                }) if look < LOOKS => {
                    look += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                result => return result,
            }
        }
    }

    /// Creates the tables unless they are there.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`] if there are other ones.
    pub(crate) async fn ensure_schema(&self) -> Result<()> {
        let mut look = 1;
        loop {
            match self.verify_schema().await {
                Err(Error::NoTables { .. }) if look < LOOKS => {}
                result => return result,
            }
            match self.create_tables(TABLES).await {
                // Somebody who does not take our lock was faster.
                Err(error) if failure::is_race(&error) => {
                    look += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
                Ok(()) => look += 1,
            }
        }
    }

    async fn look_at_schema(&self) -> Result<()> {
        let existing = self.existing_tables(TABLES).await?;
        let has = |table: &str| existing.iter().any(|existing| existing == table);
        let refuse = |reason| {
            Err(Error::Schema {
                target: self.target().to_owned(),
                reason,
            })
        };
        if existing.is_empty() {
            return Err(Error::NoTables {
                target: self.target().to_owned(),
            });
        }
        let revisions = if has("alembic_version") {
            self.revisions().await?
        } else {
            Vec::new()
        };
        match revisions.as_slice() {
            [] => {}
            [head] if head == HEAD => {}
            [older] if OLDER.contains(&older.as_str()) => {
                return refuse(SchemaReason::Older(older.clone()));
            }
            [newer] if has("studies") && is_optunas(newer) => {
                return refuse(SchemaReason::Newer(newer.clone()));
            }
            foreign => return refuse(SchemaReason::Foreign(foreign.join(", "))),
        }
        let mut missing: Vec<String> = TABLES
            .iter()
            .filter(|table| !has(table))
            .map(|table| (*table).to_owned())
            .collect();
        if missing.is_empty() && revisions.is_empty() {
            missing.push("alembic_version (it is empty)".to_owned());
        }
        if missing.is_empty() {
            Ok(())
        } else {
            refuse(SchemaReason::Incomplete(missing))
        }
    }
}

/// Whether a revision is named as Optuna names them: `v4.1.0.a`.
fn is_optunas(revision: &str) -> bool {
    let Some(version) = revision.strip_prefix('v') else {
        return false;
    };
    let parts: Vec<&str> = version.split('.').collect();
    matches!(parts.as_slice(), [a, b, c, letter]
        if [a, b, c].iter().all(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit()))
            && letter.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optunas_revisions_are_told_from_others() {
        assert!(OLDER.iter().all(|revision| is_optunas(revision)) && is_optunas("v9.9.9.a"));
        for foreign in ["", "1975ea83b712", "v1.2", "v1.2.3.4a", "va.b.c.d"] {
            assert!(!is_optunas(foreign), "{foreign}");
        }
    }
}
