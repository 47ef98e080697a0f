//! Creates Optuna's tables, or makes sure that those that are there are the ones we know.

use std::time::Duration;

use super::Storage;
use super::connection::failure;
use crate::error::{Error, Result, SchemaReason};
use crate::optuna::revision::{Revision, TABLES};

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
        let foreign = || SchemaReason::Foreign(revisions.join(", "));
        match revisions.as_slice() {
            [] => {}
            [revision] => match Revision::of(revision) {
                Revision::Known => {}
                Revision::Older => return refuse(SchemaReason::Older(revision.clone())),
                Revision::Newer if has("studies") => {
                    return refuse(SchemaReason::Newer(revision.clone()));
                }
                Revision::Newer | Revision::Foreign => return refuse(foreign()),
            },
            _ => return refuse(foreign()),
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
