//! Studies renamed and deleted.

use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;

use super::{Sqlite, write};
use crate::error::Result;
use crate::id::StudyId;
use crate::storage::manage::{OF_STUDIES, OF_TRIALS};
use crate::storage::{Statement, StudyRow, statements};

statements! { "sqlite":
    DELETE_STUDY "delete_study",
    DELETE_STUDY_ROWS "delete_study_rows",
    DELETE_TRIAL_ROWS "delete_trial_rows",
    HAS_STUDY "has_study",
    RENAME_STUDY "rename_study",
}

impl Sqlite {
    /// Deletes a study and all that belongs to it; false if it is not there.
    pub(crate) async fn delete_study(&self, study: &StudyRow) -> Result<bool> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let found: i64 = sqlx::query_scalar(HAS_STUDY.text)
                .bind(study.id.0)
                .bind(&study.name)
                .fetch_one(&mut *transaction)
                .await?;
            if found > 0 {
                for table in OF_TRIALS {
                    delete(DELETE_TRIAL_ROWS, table, &mut transaction, study.id).await?;
                }
                for table in OF_STUDIES {
                    delete(DELETE_STUDY_ROWS, table, &mut transaction, study.id).await?;
                }
                delete(DELETE_STUDY, "", &mut transaction, study.id).await?;
            }
            transaction.commit().await?;
            Ok(found > 0)
        }
        .await;
        self.settle(lease, DELETE_STUDY.name, result)
    }

    /// Gives a study another name; false if it is not there.
    pub(crate) async fn rename_study(&self, study: &StudyRow, name: &str) -> Result<bool> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let renamed = sqlx::query(RENAME_STUDY.text)
                .bind(study.id.0)
                .bind(&study.name)
                .bind(name)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(renamed.rows_affected() > 0)
        }
        .await;
        self.settle(lease, RENAME_STUDY.name, result)
    }
}

async fn delete(
    statement: Statement,
    table: &str,
    connection: &mut SqliteConnection,
    study: StudyId,
) -> sqlx::Result<()> {
    let statement = statement.text.replace("{table}", table);
    sqlx::query(AssertSqlSafe(statement))
        .bind(study.0)
        .execute(connection)
        .await
        .map(drop)
}
