//! The tables and the studies.

use chrono::NaiveDateTime;
use sqlx::{AssertSqlSafe, Executor};

use super::Postgres;
use super::link::Link;
use crate::error::Result;
use crate::id::{Int, StateCounts, StudyId};
use crate::optuna::{self, moment::Moment};
use crate::space::Direction;
use crate::storage::rows::record::{Attrs, BestColumns, StudyRow};
use crate::storage::rows::{Horizon, StandingRow, summary};
use crate::storage::{Statement, Summary, shared::shared_operations, sign, statements};

statements! { "postgres":
    BEST_TRIAL "best_trial",
    COUNT_STATES "count_states",
    COUNT_STUDIES "count_studies",
    CREATE_STUDY "create_study",
    EXISTING_TABLES "existing_tables",
    FIND_STUDY "find_study",
    FOLLOW "follow",
    HAS_STUDY "has_study",
    LAST_UPDATE "last_update",
    LATEST_STUDY "latest_study",
    LIST_STUDIES "list_studies",
    LOCK_SCHEMA "lock_schema",
    RARE_DISTRIBUTIONS "rare_distributions",
    RECORDED_SEARCH "recorded_search",
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
/// (id, name, directions, states, trials in each, first start, best value, its type)
type SummaryColumns = (
    Int,
    String,
    Option<Vec<String>>,
    Option<Vec<String>>,
    Option<Vec<i64>>,
    Option<NaiveDateTime>,
    Option<f64>,
    Option<String>,
);

/// In how many trials a parameter is looked for by itself. What is in none of them, as a branch that is hardly ever
/// taken, is looked for in all trials at once.
const FIRST_TRIALS: i64 = 100;

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
        let labels: Vec<&str> = directions
            .iter()
            .map(|d| optuna::write_direction(*d))
            .collect();
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

    /// The best complete trial, among all of them or those that may have ended since a look.
    pub(crate) async fn best_trial(
        &self,
        study: StudyId,
        direction: Direction,
        since: Option<&Horizon>,
    ) -> Result<Option<BestColumns>> {
        let among = since.map_or("", |_| "AND (t.trial_id >= $3 OR t.trial_id = ANY($4))");
        let statement = BEST_TRIAL.text.replace("{among}", among);
        let mut lease = self.lease().await?;
        let mut query = sqlx::query_as(AssertSqlSafe(statement))
            .bind(study.0)
            .bind(sign(direction));
        if let Some(since) = since {
            query = query.bind(since.last).bind(&since.open).persistent(false);
        }
        let result = query.fetch_optional(&mut lease.connection).await;
        self.settle(lease, BEST_TRIAL.name, result)
    }

    pub(crate) async fn follow(
        &self,
        study: &StudyRow,
        horizon: Option<&Horizon>,
    ) -> Result<StandingRow> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(FOLLOW.text)
            .bind(study.id.0)
            .bind(&study.name)
            .bind(horizon.map_or(Int(0), |horizon| horizon.last))
            .bind(horizon.map_or(&[][..], |horizon| &horizon.open))
            .bind(horizon.map(|horizon| horizon.ended.as_str()))
            // A plan for good could not know whether few of the study's trials are looked at, or all.
            .persistent(false)
            .fetch_one(&mut lease.connection)
            .await;
        self.settle(lease, FOLLOW.name, result)
    }

    pub(crate) async fn summaries(&self, only: Option<StudyId>) -> Result<Vec<Summary>> {
        let statement = summary::with_best_trial(SUMMARIES, BEST_TRIAL, "$");
        let (first, last) = summary::range(only, i64::from(i32::MAX));
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(AssertSqlSafe(statement))
            .bind(first)
            .bind(last)
            .fetch_all(&mut lease.connection)
            .await;
        let rows: Vec<SummaryColumns> = self.settle(lease, SUMMARIES.name, result)?;
        let summary =
            |(id, name, directions, states, trials, started, value, kind): SummaryColumns| {
                let study = study_row((id, name, directions));
                let (states, trials): (Option<Vec<_>>, Option<Vec<_>>) = (states, trials);
                let counted = states
                    .into_iter()
                    .flatten()
                    .zip(trials.into_iter().flatten());
                Summary::new(study, counted, started.map(Ok), (value, kind))
            };
        rows.into_iter().map(summary).collect()
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
        let result = async {
            let looked_up: Vec<(String, Option<String>, bool, bool)> =
                sqlx::query_as(STORED_DISTRIBUTIONS.text)
                    .bind(study.0)
                    .bind(names)
                    .bind(FIRST_TRIALS)
                    .fetch_all(&mut lease.connection)
                    .await?;
            let (mut found, mut rare) = (Vec::with_capacity(names.len()), Vec::new());
            for (name, distribution, is_there, more) in looked_up {
                if is_there {
                    found.push((name, distribution));
                } else if more {
                    rare.push(name);
                }
            }
            if !rare.is_empty() {
                let rest: Vec<(String, Option<String>)> = sqlx::query_as(RARE_DISTRIBUTIONS.text)
                    .bind(study.0)
                    .bind(rare)
                    .fetch_all(&mut lease.connection)
                    .await?;
                found.extend(rest);
            }
            Ok(found)
        }
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

pub(super) fn study_row((id, name, directions): (Int, String, Option<Vec<String>>)) -> StudyRow {
    let directions = directions.unwrap_or_default();
    StudyRow {
        id: StudyId(id),
        name,
        directions: directions
            .iter()
            .map(|label| optuna::read_direction(label))
            .collect(),
    }
}
