//! The tables and the studies.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};

use super::{Sqlite, journal, place, write};
use crate::config::{FileAccess, SqliteFile};
use crate::error::{Error, Result};
use crate::id::{Int, StateCounts, StudyId};
use crate::optuna::{
    self,
    moment::{Moment, read_moment},
};
use crate::space::Direction;
use crate::storage::connection::failure;
use crate::storage::rows::record::{Attrs, BestColumns, StudyRow};
use crate::storage::rows::{Horizon, StandingRow, summary};
use crate::storage::{Statement, Summary, shared::shared_operations, sign, statements};

statements! { "sqlite":
    ADD_DIRECTION "add_direction",
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
    RECORDED_SEARCH "recorded_search",
    REVISIONS "revisions",
    SET_STUDY_SYSTEM_ATTRIBUTE "set_study_system_attribute",
    SET_STUDY_USER_ATTRIBUTE "set_study_user_attribute",
    STORED_DISTRIBUTION "stored_distribution",
    STUDY_NAMES "study_names",
    STUDY_SYSTEM_ATTRIBUTES "study_system_attributes",
    STUDY_USER_ATTRIBUTES "study_user_attributes",
    SUMMARIES "summaries",
    TABLES "tables",
}

/// A list, which is looked up. With OR all of the study's trials would be read.
const AMONG_SEEN: &str = "AND t.trial_id IN (
    SELECT trial_id FROM trials WHERE study_id = ?1 AND trial_id >= ?3
    UNION ALL SELECT value FROM json_each(?4)
)";

/// Whether it is there; its trials that run, wait, are complete, pruned and failed; those that are open, the last one
/// that ended, and when.
type StandingColumns = (
    bool,
    i64,
    i64,
    i64,
    i64,
    i64,
    Option<String>,
    Option<Int>,
    Option<String>,
);

/// (id, name, directions, number of trials by state, first start, best value, its type)
type SummaryColumns = (
    Int,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<f64>,
    Option<String>,
);

shared_operations!(Sqlite);

impl Sqlite {
    /// Creates the file and the tables unless there are some, one process at a time.
    pub(crate) async fn create_tables(&self, wanted: &[&str]) -> Result<()> {
        if let Some(file) = &self.file
            && file.access.is_read_only()
        {
            return Err(Error::Privilege {
                op: TABLES.name,
                source: "the file is opened for reading only".into(),
            });
        }
        let file = self.file.as_ref().map(|file| file.path.as_path());
        if let Some(file) = file.filter(|file| journal::is_new(file)) {
            let connection = self.creating().connect().await;
            let mut connection =
                connection.map_err(|error| failure::connect(&self.target, error))?;
            journal::choose(&mut connection, file).await;
        }
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            if existing_tables(&mut transaction, wanted).await?.is_empty() {
                transaction.execute(sqlx::raw_sql(TABLES.text)).await?;
            }
            transaction.commit().await
        }
        .await;
        self.settle(lease, TABLES.name, result)
    }

    fn creating(&self) -> SqliteConnectOptions {
        let may = |file: &SqliteFile| file.access == FileAccess::Create;
        let options = self.options.clone();
        options.create_if_missing(self.file.as_ref().is_some_and(may))
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
        let row: Option<(Int, String, Option<String>, Option<String>)> =
            self.settle(lease, FIND_STUDY.name, result)?;
        Ok(row
            .map(|(id, name, directions, revision)| (study_row((id, name, directions)), revision)))
    }

    /// Creates a study unless the name is taken; false if it is.
    pub(crate) async fn create_study(&self, name: &str, directions: &[Direction]) -> Result<bool> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let created = insert_study(&mut transaction, name, directions).await?;
            transaction.commit().await?;
            Ok(created.is_some())
        }
        .await;
        self.settle(lease, CREATE_STUDY.name, result)
    }

    /// The best complete trial, among all of them or those that may have ended since a look.
    pub(crate) async fn best_trial(
        &self,
        study: StudyId,
        direction: Direction,
        since: Option<&Horizon>,
    ) -> Result<Option<BestColumns>> {
        let among = since.map_or("", |_| AMONG_SEEN);
        let statement = BEST_TRIAL.text.replace("{among}", among);
        let mut lease = self.lease().await?;
        let mut query = sqlx::query_as(AssertSqlSafe(statement))
            .bind(study.0)
            .bind(sign(direction));
        if let Some(since) = since {
            query = query.bind(since.last).bind(json_list(&since.open));
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
            .bind(json_list(horizon.map_or(&[], |horizon| &horizon.open)))
            .bind(horizon.map(|horizon| horizon.ended.as_str()))
            .fetch_one(&mut lease.connection)
            .await;
        let (there, running, waiting, complete, pruned, failed, open, last, ended): StandingColumns =
            self.settle(lease, FOLLOW.name, result)?;
        let open = open.map(|open| read_list(&open));
        let numbers = [running, waiting, complete, pruned, failed];
        Ok((there, numbers, open, last, ended))
    }

    pub(crate) async fn summaries(&self, only: Option<StudyId>) -> Result<Vec<Summary>> {
        let statement = summary::with_best_trial(SUMMARIES, BEST_TRIAL, "?");
        let (first, last) = summary::range(only, i64::MAX);
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(AssertSqlSafe(statement))
            .bind(first)
            .bind(last)
            .fetch_all(&mut lease.connection)
            .await;
        let rows: Vec<SummaryColumns> = self.settle(lease, SUMMARIES.name, result)?;
        let summary = |(id, name, directions, trials, started, value, kind): SummaryColumns| {
            let started = started.map(read_moment);
            let study = study_row((id, name, directions));
            Summary::new(study, counted(trials), started, (value, kind))
        };
        rows.into_iter().map(summary).collect()
    }

    pub(crate) async fn last_update(&self, study: StudyId) -> Result<Option<Moment>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(LAST_UPDATE.text)
            .bind(study.0)
            .fetch_one(&mut lease.connection)
            .await;
        let text: Option<String> = self.settle(lease, LAST_UPDATE.name, result)?;
        Ok(text.map(read_moment))
    }

    pub(crate) async fn stored_distributions(
        &self,
        study: StudyId,
        names: &[String],
    ) -> Result<Vec<(String, Option<String>)>> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut found = Vec::new();
            for name in names {
                let distribution = stored_distribution(&mut lease.connection, study, name).await?;
                found.extend(distribution.map(|distribution| (name.clone(), distribution)));
            }
            Ok(found)
        }
        .await;
        self.settle(lease, STORED_DISTRIBUTION.name, result)
    }
}

/// The new study's id, unless the name is taken.
pub(super) async fn insert_study(
    connection: &mut SqliteConnection,
    name: &str,
    directions: &[Direction],
) -> sqlx::Result<Option<Int>> {
    let created: Option<Int> = sqlx::query_scalar(CREATE_STUDY.text)
        .bind(name)
        .fetch_optional(&mut *connection)
        .await?;
    for (objective, direction) in directions.iter().enumerate() {
        let Some(study) = created else { break };
        sqlx::query(ADD_DIRECTION.text)
            .bind(optuna::write_direction(*direction))
            .bind(study)
            .bind(place(objective))
            .execute(&mut *connection)
            .await?;
    }
    Ok(created)
}

/// What the first trial that has a parameter drew it from.
pub(super) async fn stored_distribution(
    connection: &mut SqliteConnection,
    study: StudyId,
    name: &str,
) -> sqlx::Result<Option<Option<String>>> {
    sqlx::query_scalar(STORED_DISTRIBUTION.text)
        .bind(study.0)
        .bind(name)
        .fetch_optional(connection)
        .await
}

async fn existing_tables(
    connection: &mut SqliteConnection,
    wanted: &[&str],
) -> sqlx::Result<Vec<String>> {
    let mut tables: Vec<String> = sqlx::query_scalar(EXISTING_TABLES.text)
        .fetch_all(connection)
        .await?;
    tables.retain(|table| wanted.contains(&table.as_str()));
    Ok(tables)
}

/// From a list such as `COMPLETE 12,FAIL 1`.
fn counted(trials: Option<String>) -> Vec<(String, i64)> {
    let trials = trials.unwrap_or_default();
    let pairs = trials.split(',').filter_map(|pair| pair.split_once(' '));
    pairs
        .filter_map(|(state, count)| Some((state.to_owned(), count.parse().ok()?)))
        .collect()
}

/// Ids as a JSON list.
pub(super) fn json_list(ids: &[Int]) -> String {
    let ids: Vec<String> = ids.iter().map(Int::to_string).collect();
    format!("[{}]", ids.join(","))
}

/// A JSON list of ids.
fn read_list(json: &str) -> Vec<Int> {
    let ids = json.trim_matches(['[', ']']).split(',');
    ids.filter_map(|id| id.parse().ok().map(Int)).collect()
}

pub(super) fn study_row((id, name, directions): (Int, String, Option<String>)) -> StudyRow {
    let directions = directions.unwrap_or_default();
    StudyRow {
        id: StudyId(id),
        name,
        directions: directions
            .split(',')
            .filter(|label| !label.is_empty())
            .map(optuna::read_direction)
            .collect(),
    }
}
