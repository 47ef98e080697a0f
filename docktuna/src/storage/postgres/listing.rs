//! Trials in an order that a person asks for, and the parameters of a study.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgRow;

use super::Postgres;
use super::link::Link;
use super::trial::trial_row;
use crate::error::Result;
use crate::id::{Int, StudyId, TrialId};
use crate::storage::listing::StoredParamColumns;
use crate::storage::rows::assemble::{Rows, TrialColumns};
#[cfg(feature = "cli")]
use crate::storage::{Attrs, listing::table};
use crate::storage::{Detail, Sort, Statement, TrialQuery, sign, statements};

#[cfg(feature = "cli")]
statements! { "postgres":
    ATTRIBUTE_KEYS "attribute_keys",
}

statements! { "postgres":
    LOAD_INTERMEDIATE_VALUES "load_intermediate_values",
    LOAD_PARAMS "load_params",
    LOAD_SYSTEM_ATTRIBUTES "load_system_attributes",
    LOAD_TRIALS "load_trials",
    LOAD_USER_ATTRIBUTES "load_user_attributes",
    LOAD_VALUES "load_values",
    NUMBERED "numbered",
    REPORTED "reported",
    STORED_PARAMS "stored_params",
    TRIAL_IDS "trial_ids",
}

/// What stands for `{wanted}` where the trials $2 are: `study_id + 0` keeps the planner off the index of the study.
const LISTED: &str = "t.study_id + 0 = $1 AND t.trial_id = ANY($2)";

impl Postgres {
    pub(crate) async fn trial_ids(
        &self,
        study: StudyId,
        query: &TrialQuery,
    ) -> Result<Vec<TrialId>> {
        let direction = if query.reverse { "DESC" } else { "ASC" };
        let order = format!("{} {direction} NULLS LAST", order(query.sort));
        let statement = TRIAL_IDS.text.replace("{order}", &order);
        let statement = statement.replace("{direction}", direction);
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(AssertSqlSafe(statement))
            .bind(study.0)
            .bind(query.labels())
            .bind(query.most())
            .fetch_all(&mut lease.connection)
            .await;
        let ids: Vec<Int> = self.settle(lease, TRIAL_IDS.name, result)?;
        Ok(ids.into_iter().map(TrialId).collect())
    }

    pub(crate) async fn numbered(&self, study: StudyId, number: i32) -> Result<Option<TrialId>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(NUMBERED.text)
            .bind(study.0)
            .bind(number)
            .fetch_optional(&mut lease.connection)
            .await;
        let id: Option<Int> = self.settle(lease, NUMBERED.name, result)?;
        Ok(id.map(TrialId))
    }

    pub(crate) async fn reported(&self, study: StudyId) -> Result<Vec<TrialId>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(REPORTED.text)
            .bind(study.0)
            .fetch_all(&mut lease.connection)
            .await;
        let ids: Vec<Int> = self.settle(lease, REPORTED.name, result)?;
        Ok(ids.into_iter().map(TrialId).collect())
    }

    pub(crate) async fn load_listed(
        &self,
        study: StudyId,
        ids: &[TrialId],
        detail: Detail,
    ) -> Result<Rows> {
        let ids: Vec<Int> = ids.iter().map(|id| id.0).collect();
        let mut lease = self.lease().await?;
        let result = async {
            // One snapshot for all, so that no trial is read half finished.
            let link = &mut lease.connection;
            link.begin_snapshot().await?;
            let trials: Vec<TrialColumns<_>> = listed(LOAD_TRIALS, link, study, &ids).await?;
            let mut rows = Rows {
                trials: trials.into_iter().map(trial_row).collect(),
                params: listed(LOAD_PARAMS, link, study, &ids).await?,
                values: listed(LOAD_VALUES, link, study, &ids).await?,
                ..Rows::default()
            };
            if detail == Detail::All {
                rows.intermediate_values =
                    listed(LOAD_INTERMEDIATE_VALUES, link, study, &ids).await?;
            }
            if detail != Detail::Results {
                rows.user_attrs = listed(LOAD_USER_ATTRIBUTES, link, study, &ids).await?;
                rows.system_attrs = listed(LOAD_SYSTEM_ATTRIBUTES, link, study, &ids).await?;
            }
            link.commit().await?;
            Ok(rows)
        }
        .await;
        self.settle(lease, LOAD_TRIALS.name, result)
    }

    pub(crate) async fn stored_params(&self, study: StudyId) -> Result<Vec<StoredParamColumns>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(STORED_PARAMS.text)
            .bind(study.0)
            .fetch_all(&mut lease.connection)
            .await;
        self.settle(lease, STORED_PARAMS.name, result)
    }

    #[cfg(feature = "cli")]
    pub(crate) async fn attribute_keys(
        &self,
        study: StudyId,
        which: Attrs,
    ) -> Result<Vec<Option<String>>> {
        let statement = ATTRIBUTE_KEYS.text.replace("{table}", table(which));
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(AssertSqlSafe(statement))
            .bind(study.0)
            .fetch_all(&mut lease.connection)
            .await;
        self.settle(lease, ATTRIBUTE_KEYS.name, result)
    }
}

/// What stands for `{order}`. A look-up by trial, because a join would read the values of all studies.
fn order(sort: Sort) -> String {
    match sort {
        Sort::Number => "t.number".to_owned(),
        Sort::Value(direction) => format!(
            "{} * (SELECT CASE v.value_type WHEN 'INF_NEG' THEN '-Infinity' WHEN 'INF_POS' THEN 'Infinity' \
             ELSE v.value END FROM trial_values v WHERE v.trial_id = t.trial_id AND v.objective = 0)",
            sign(direction)
        ),
        Sort::Started => "t.datetime_start".to_owned(),
        Sort::Completed => "t.datetime_complete".to_owned(),
        Sort::Duration => "t.datetime_complete - t.datetime_start".to_owned(),
    }
}

async fn listed<T>(
    statement: Statement,
    link: &mut Link,
    study: StudyId,
    ids: &[Int],
) -> sqlx::Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, PgRow> + Send + Unpin,
{
    let statement = statement.text.replace("{wanted}", LISTED);
    sqlx::query_as(AssertSqlSafe(statement))
        .bind(study.0)
        .bind(ids)
        .fetch_all(link)
        .await
}
