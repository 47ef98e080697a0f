//! The tables and the studies.

use chrono::NaiveDateTime;
use sqlx::Executor;

use super::Postgres;
use super::link::Link;
use crate::error::Result;
use crate::id::{Int, StateCounts, StudyId};
use crate::space::Direction;
use crate::storage::moment::Moment;
use crate::storage::record::{Attrs, BestColumns, StudyRow, direction_label, parse_direction};
use crate::storage::{Statement, SummaryRow, shared::shared_operations, statements};

statements! { "postgres":
    BEST_TRIAL "best_trial",
    COUNT_STATES "count_states",
    COUNT_STUDIES "count_studies",
    CREATE_STUDY "create_study",
    EXISTING_TABLES "existing_tables",
    FIND_STUDY "find_study",
    HAS_STUDY "has_study",
    LAST_UPDATE "last_update",
    LATEST_STUDY "latest_study",
    LIST_STUDIES "list_studies",
    LOCK_SCHEMA "lock_schema",
    REVISIONS "revisions",
    SET_STUDY_SYSTEM_ATTRIBUTE "set_study_system_attribute",
    SET_STUDY_USER_ATTRIBUTE "set_study_user_attribute",
    STORED_DISTRIBUTIONS "stored_distributions",
    STUDY_NAMES "study_names",
    STUDY_SYSTEM_ATTRIBUTES "study_system_attributes",
    STUDY_USER_ATTRIBUTES "study_user_attributes",
    SUMMARIES "summaries",
    TABLES "tables",
}

/// (id, name, directions, revision)
type FoundColumns = (Int, String, Option<Vec<String>>, Option<String>);

shared_operations!(Postgres);

impl Postgres {
    /// Creates the tables unless there are some, one process at a time.
    pub(crate) async fn create_tables(&self, wanted: &[&str]) -> Result<()> {
        let mut lease = self.lease().await?;
        let result = async {
            let link = &mut lease.connection;
            link.begin("").await?;
            sqlx::query(LOCK_SCHEMA.text).execute(&mut *link).await?;
            if existing_tables(link, wanted).await?.is_empty() {
                link.execute(sqlx::raw_sql(TABLES.text)).await?;
            }
            link.commit().await
        }
        .await;
        self.settle(lease, TABLES.name, result)
    }

    pub(crate) async fn find_study(
        &self,
        name: &str,
    ) -> Result<Option<(StudyRow, Option<String>)>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(FIND_STUDY.text)
            .bind(name)
            .fetch_optional(&mut lease.connection)
            .await;
        let row: Option<FoundColumns> = self.settle(lease, FIND_STUDY.name, result)?;
        Ok(row
            .map(|(id, name, directions, revision)| (study_row((id, name, directions)), revision)))
    }

    /// Creates a study unless the name is taken; false if it is.
    pub(crate) async fn create_study(&self, name: &str, directions: &[Direction]) -> Result<bool> {
        let labels: Vec<&str> = directions.iter().map(|d| direction_label(*d)).collect();
        let mut lease = self.lease().await?;
        let result = sqlx::query(CREATE_STUDY.text)
            .bind(name)
            .bind(labels)
            .execute(&mut lease.connection)
            .await;
        Ok(self
            .settle(lease, CREATE_STUDY.name, result)?
            .rows_affected()
            > 0)
    }

    pub(crate) async fn summaries(&self, study: Option<StudyId>) -> Result<Vec<SummaryRow>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(SUMMARIES.text)
            .bind(study.map(|study| study.0))
            .fetch_all(&mut lease.connection)
            .await;
        let rows: Vec<(Option<Int>, String, i64, Option<NaiveDateTime>)> =
            self.settle(lease, SUMMARIES.name, result)?;
        let row = |(study, state, count, started): (_, _, _, Option<_>)| {
            (study, state, count, started.map(Ok))
        };
        Ok(rows.into_iter().map(row).collect())
    }

    pub(crate) async fn last_update(&self, study: StudyId) -> Result<Option<Moment>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(LAST_UPDATE.text)
            .bind(study.0)
            .fetch_one(&mut lease.connection)
            .await;
        let found: Option<NaiveDateTime> = self.settle(lease, LAST_UPDATE.name, result)?;
        Ok(found.map(Ok))
    }

    pub(crate) async fn stored_distributions(
        &self,
        study: StudyId,
        names: &[String],
    ) -> Result<Vec<(String, Option<String>)>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(STORED_DISTRIBUTIONS.text)
            .bind(study.0)
            .bind(names)
            .fetch_all(&mut lease.connection)
            .await;
        self.settle(lease, STORED_DISTRIBUTIONS.name, result)
    }
}

async fn existing_tables(link: &mut Link, wanted: &[&str]) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(EXISTING_TABLES.text)
        .bind(wanted)
        .fetch_all(link)
        .await
}

fn study_row((id, name, directions): (Int, String, Option<Vec<String>>)) -> StudyRow {
    let directions = directions.unwrap_or_default();
    StudyRow {
        id: StudyId(id),
        name,
        directions: directions
            .iter()
            .map(|label| parse_direction(label))
            .collect(),
    }
}
