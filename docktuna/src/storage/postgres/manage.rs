//! Studies renamed and deleted.

use sqlx::AssertSqlSafe;

use super::Postgres;
use super::link::Link;
use crate::error::Result;
use crate::id::StudyId;
use crate::storage::manage::{OF_STUDIES, OF_TRIALS};
use crate::storage::{Statement, StudyRow, statements};

statements! { "postgres":
    DELETE_STUDY "delete_study",
    DELETE_STUDY_ROWS "delete_study_rows",
    DELETE_TRIAL_ROWS "delete_trial_rows",
    LOCK_FOR_DELETION "lock_for_deletion",
    LOCK_TRIALS "lock_trials",
    RENAME_STUDY "rename_study",
}

impl Postgres {
    /// Deletes a study and all that belongs to it; false if it is not there. Who adds a row meanwhile waits for
    /// the locks, and then fails, because what the row refers to is gone.
    pub(crate) async fn delete_study(&self, study: &StudyRow) -> Result<bool> {
        let mut lease = self.lease().await?;
        let result = async {
            let link = &mut lease.connection;
            link.begin("").await?;
            let found = sqlx::query(LOCK_FOR_DELETION.text)
                .bind(study.id.0)
                .bind(&study.name)
                .fetch_optional(&mut *link)
                .await?;
            if found.is_some() {
                sqlx::query(LOCK_TRIALS.text)
                    .bind(study.id.0)
                    .execute(&mut *link)
                    .await?;
                for table in OF_TRIALS {
                    delete(DELETE_TRIAL_ROWS, table, link, study.id).await?;
                }
                for table in OF_STUDIES {
                    delete(DELETE_STUDY_ROWS, table, link, study.id).await?;
                }
                delete(DELETE_STUDY, "", link, study.id).await?;
            }
            link.commit().await?;
            Ok(found.is_some())
        }
        .await;
        self.settle(lease, DELETE_STUDY.name, result)
    }

    /// Gives a study another name; false if it is not there.
    pub(crate) async fn rename_study(&self, study: &StudyRow, name: &str) -> Result<bool> {
        let mut lease = self.lease().await?;
        let result = sqlx::query(RENAME_STUDY.text)
            .bind(study.id.0)
            .bind(&study.name)
            .bind(name)
            .execute(&mut lease.connection)
            .await;
        Ok(self
            .settle(lease, RENAME_STUDY.name, result)?
            .rows_affected()
            > 0)
    }
}

async fn delete(
    statement: Statement,
    table: &str,
    link: &mut Link,
    study: StudyId,
) -> sqlx::Result<()> {
    let statement = statement.text.replace("{table}", table);
    sqlx::query(AssertSqlSafe(statement))
        .bind(study.0)
        .execute(link)
        .await
        .map(drop)
}
