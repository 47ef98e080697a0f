//! SQLite: how we open the file, and the operations.
//!
//! Every write is one short `BEGIN IMMEDIATE` transaction: a transaction that reads before it writes
//! would fail at once when another process writes in between. A file that we create is in WAL mode,
//! in which readers and the writer do not wait for each other; the mode of any other file stays.
//! Numbers are bound one by one and never travel as JSON text, which SQLite may read one unit in the
//! last place off.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::NaiveDateTime;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions, Connection, Executor, Sqlite as Driver, Transaction};

use super::assemble::{Rows, TrialRow};
use super::pool::{Lease, Pool, Session};
use super::record::{
    Asked, Attrs, BestRow, Ids, NewTrial, Outcome, ParamColumns, Reported, StudyRow, TrialKey,
    WholeTrial, direction_label, parse_direction, value_columns,
};
use super::{Statement, SummaryRow, failure, statements};
use crate::codec;
use crate::error::{Error, Result};
use crate::id::{StateCounts, StudyId, TrialId, TrialNumber, TrialState};
use crate::params::Params;
use crate::space::Direction;

statements! { "sqlite":
    ADD_DIRECTION "add_direction",
    ADD_PARAM "add_param",
    ADD_VALUE "add_value",
    BEST_TRIAL "best_trial",
    CLAIM "claim",
    COUNT_STATES "count_states",
    COUNT_STUDIES "count_studies",
    CREATE_STUDY "create_study",
    CREATE_TRIAL "create_trial",
    EXISTING_TABLES "existing_tables",
    FIND_STUDY "find_study",
    FINISH_TRIAL "finish_trial",
    LAST_UPDATE "last_update",
    LATEST_STUDY "latest_study",
    LIST_STUDIES "list_studies",
    LOAD_INTERMEDIATE_VALUES "load_intermediate_values",
    LOAD_PARAMS "load_params",
    LOAD_SYSTEM_ATTRIBUTES "load_system_attributes",
    LOAD_TRIALS "load_trials",
    LOAD_USER_ATTRIBUTES "load_user_attributes",
    LOAD_VALUES "load_values",
    NEXT_NUMBER "next_number",
    OWN_TRIAL "own_trial",
    REPORT "report",
    REVISIONS "revisions",
    SET_STUDY_SYSTEM_ATTRIBUTE "set_study_system_attribute",
    SET_STUDY_USER_ATTRIBUTE "set_study_user_attribute",
    SET_TRIAL_SYSTEM_ATTRIBUTE "set_trial_system_attribute",
    SET_TRIAL_USER_ATTRIBUTE "set_trial_user_attribute",
    STARTED_AT "started_at",
    STORED_DISTRIBUTION "stored_distribution",
    STUDY_NAMES "study_names",
    STUDY_SYSTEM_ATTRIBUTES "study_system_attributes",
    STUDY_USER_ATTRIBUTES "study_user_attributes",
    SUMMARIES "summaries",
    TABLES "tables",
}

/// How long a statement waits for another process's write. Python gives up after 5 seconds; we keep
/// the file shorter than that and wait longer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

/// How Optuna writes a moment.
const DATETIME: &str = "%Y-%m-%d %H:%M:%S%.6f";

pub(crate) struct Sqlite {
    options: SqliteConnectOptions,
    pool: Pool<SqliteConnection>,
    target: String,
    /// `None` for a database in memory.
    file: Option<PathBuf>,
}

impl Session for SqliteConnection {
    async fn ping(&mut self) -> bool {
        // A file does not hang up.
        true
    }
}

impl Sqlite {
    /// Opens the file if it is there, so that a damaged one is found at once.
    pub(crate) async fn open(file: &Path, connections: usize) -> Result<Self> {
        let target = format!("SQLite file {}", file.display());
        let mut options = base().filename(file);
        if is_unwritable_wal(file) {
            // Its two helper files cannot be made, and are not needed where nobody writes.
            options = options.read_only(true).immutable(true);
        }
        let pool = Pool::new(connections, false);
        let sqlite = Self {
            options,
            pool,
            target,
            file: Some(file.to_owned()),
        };
        if file.exists() {
            sqlite.existing_tables(&[]).await?;
        }
        Ok(sqlite)
    }

    /// A database that ends with this value.
    pub(crate) fn in_memory() -> Self {
        let options = base().in_memory(true);
        let target = "SQLite database in memory".to_owned();
        Self {
            options,
            pool: Pool::new(1, true),
            target,
            file: None,
        }
    }

    pub(crate) fn options(&self) -> &SqliteConnectOptions {
        &self.options
    }

    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    async fn lease(&self) -> Result<Lease<'_, SqliteConnection>> {
        self.pool
            .lease(|| async {
                if self.file.as_ref().is_some_and(|file| !file.exists()) {
                    return Err(Error::NoTables {
                        target: self.target.clone(),
                    });
                }
                let connection = self.options.connect().await;
                connection.map_err(|error| failure::connect(&self.target, error))
            })
            .await
    }

    /// Ends the use of a connection: it is kept after a success and closed after an error.
    fn settle<T>(
        &self,
        lease: Lease<'_, SqliteConnection>,
        op: &'static str,
        result: sqlx::Result<T>,
    ) -> Result<T> {
        let value = result.map_err(|error| failure::storage(op, &self.target, error))?;
        lease.done();
        Ok(value)
    }

    // The schema.

    pub(crate) async fn existing_tables(&self, wanted: &[&str]) -> Result<Vec<String>> {
        let mut lease = self.lease().await?;
        let result = existing_tables(&mut lease, wanted).await;
        self.settle(lease, EXISTING_TABLES.name, result)
    }

    pub(crate) async fn revisions(&self) -> Result<Vec<String>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(REVISIONS.text)
            .fetch_all(&mut *lease)
            .await;
        self.settle(lease, REVISIONS.name, result)
    }

    /// Creates the file and the tables unless there are some, one process at a time.
    pub(crate) async fn create_tables(&self, wanted: &[&str]) -> Result<()> {
        if let Some(file) = self.file.as_ref().filter(|file| !file.exists()) {
            let connection = self.options.clone().create_if_missing(true).connect().await;
            let mut connection =
                connection.map_err(|error| failure::connect(&self.target, error))?;
            // Best effort: another process may be at it, and some file systems cannot do it.
            if let Err(error) = connection.execute("PRAGMA journal_mode = WAL").await {
                tracing::debug!(file = %file.display(), %error, "not in WAL mode");
            }
        }
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease).await?;
            if existing_tables(&mut transaction, wanted).await?.is_empty() {
                transaction.execute(sqlx::raw_sql(TABLES.text)).await?;
            }
            transaction.commit().await
        }
        .await;
        self.settle(lease, TABLES.name, result)
    }

    // Studies.

    pub(crate) async fn find_study(&self, name: &str) -> Result<Option<StudyRow>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(FIND_STUDY.text)
            .bind(name)
            .fetch_optional(&mut *lease)
            .await;
        Ok(self.settle(lease, FIND_STUDY.name, result)?.map(study_row))
    }

    pub(crate) async fn create_study(&self, name: &str, directions: &[Direction]) -> Result<()> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease).await?;
            let created: Option<i32> = sqlx::query_scalar(CREATE_STUDY.text)
                .bind(name)
                .fetch_optional(&mut *transaction)
                .await?;
            for (objective, direction) in directions.iter().enumerate() {
                let Some(study) = created else { break };
                sqlx::query(ADD_DIRECTION.text)
                    .bind(direction_label(*direction))
                    .bind(study)
                    .bind(place(objective))
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await
        }
        .await;
        self.settle(lease, CREATE_STUDY.name, result)
    }

    pub(crate) async fn list_studies(&self) -> Result<Vec<StudyRow>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(LIST_STUDIES.text)
            .fetch_all(&mut *lease)
            .await;
        Ok(self
            .settle(lease, LIST_STUDIES.name, result)?
            .into_iter()
            .map(study_row)
            .collect())
    }

    pub(crate) async fn study_names(&self) -> Result<Vec<String>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(STUDY_NAMES.text)
            .fetch_all(&mut *lease)
            .await;
        self.settle(lease, STUDY_NAMES.name, result)
    }

    pub(crate) async fn count_studies(&self) -> Result<i64> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(COUNT_STUDIES.text)
            .fetch_one(&mut *lease)
            .await;
        self.settle(lease, COUNT_STUDIES.name, result)
    }

    pub(crate) async fn summaries(&self) -> Result<Vec<SummaryRow>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(SUMMARIES.text).fetch_all(&mut *lease).await;
        let rows: Vec<(Option<i32>, String, i64, Option<String>)> =
            self.settle(lease, SUMMARIES.name, result)?;
        let row = |(study, state, count, started): (_, _, _, Option<String>)| {
            (
                study,
                state,
                count,
                started.as_deref().and_then(parse_datetime),
            )
        };
        Ok(rows.into_iter().map(row).collect())
    }

    pub(crate) async fn latest_study(&self) -> Result<Option<String>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(LATEST_STUDY.text)
            .fetch_optional(&mut *lease)
            .await;
        self.settle(lease, LATEST_STUDY.name, result)
    }

    pub(crate) async fn last_update(&self, study: StudyId) -> Result<Option<NaiveDateTime>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(LAST_UPDATE.text)
            .bind(study.0)
            .fetch_one(&mut *lease)
            .await;
        let text: Option<String> = self.settle(lease, LAST_UPDATE.name, result)?;
        Ok(text.as_deref().and_then(parse_datetime))
    }

    pub(crate) async fn count_states(&self, study: StudyId) -> Result<StateCounts> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(COUNT_STATES.text)
            .bind(study.0)
            .fetch_all(&mut *lease)
            .await;
        Ok(super::state_counts(self.settle(
            lease,
            COUNT_STATES.name,
            result,
        )?))
    }

    pub(crate) async fn study_attributes(
        &self,
        study: StudyId,
        which: Attrs,
    ) -> Result<Vec<(Option<String>, Option<String>)>> {
        let statement = match which {
            Attrs::User => STUDY_USER_ATTRIBUTES,
            Attrs::System => STUDY_SYSTEM_ATTRIBUTES,
        };
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(statement.text)
            .bind(study.0)
            .fetch_all(&mut *lease)
            .await;
        self.settle(lease, statement.name, result)
    }

    pub(crate) async fn set_study_attribute(
        &self,
        study: StudyId,
        which: Attrs,
        key: &str,
        json: &str,
    ) -> Result<()> {
        let statement = match which {
            Attrs::User => SET_STUDY_USER_ATTRIBUTE,
            Attrs::System => SET_STUDY_SYSTEM_ATTRIBUTE,
        };
        let mut lease = self.lease().await?;
        let result = sqlx::query(statement.text)
            .bind(study.0)
            .bind(key)
            .bind(json)
            .execute(&mut *lease)
            .await;
        self.settle(lease, statement.name, result).map(drop)
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
                let distribution: Option<Option<String>> =
                    sqlx::query_scalar(STORED_DISTRIBUTION.text)
                        .bind(study.0)
                        .bind(name)
                        .fetch_optional(&mut *lease)
                        .await?;
                found.extend(distribution.map(|distribution| (name.clone(), distribution)));
            }
            Ok(found)
        }
        .await;
        self.settle(lease, STORED_DISTRIBUTION.name, result)
    }

    pub(crate) async fn best_trial(
        &self,
        study: StudyId,
        direction: Direction,
    ) -> Result<Option<BestRow>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(BEST_TRIAL.text)
            .bind(study.0)
            .bind(super::sign(direction))
            .fetch_optional(&mut *lease)
            .await;
        Ok(self
            .settle(lease, BEST_TRIAL.name, result)?
            .and_then(super::best_row))
    }

    // Trials.

    /// Claims a waiting trial or creates one, for each of `trials` in turn; the first refusal ends
    /// it. All of it is one transaction.
    pub(crate) async fn ask(
        &self,
        study: StudyId,
        trials: &[NewTrial],
        limit: i32,
        started: NaiveDateTime,
    ) -> Result<Vec<Asked>> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease).await?;
            let mut asked = Vec::with_capacity(trials.len());
            for trial in trials {
                let Some(one) = ask_one(&mut transaction, study, trial, limit, started).await?
                else {
                    return Ok(Vec::new());
                };
                asked.push(one);
                if matches!(one, Asked::Refused(_)) {
                    break;
                }
            }
            transaction.commit().await?;
            Ok(asked)
        }
        .await;
        self.settle(lease, CREATE_TRIAL.name, result)
    }

    pub(crate) async fn started_at(
        &self,
        study: StudyId,
        started: NaiveDateTime,
    ) -> Result<Vec<(i32, i32, i64)>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(STARTED_AT.text)
            .bind(study.0)
            .bind(datetime(started))
            .fetch_all(&mut *lease)
            .await;
        self.settle(lease, STARTED_AT.name, result)
    }

    pub(crate) async fn add_params(&self, key: &TrialKey, params: &Params) -> Result<bool> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease).await?;
            let own = is_ours(&mut transaction, key).await?;
            if own {
                add_params(&mut transaction, key.id.0, params).await?;
            }
            transaction.commit().await?;
            Ok(own)
        }
        .await;
        self.settle(lease, ADD_PARAM.name, result)
    }

    /// Adds a whole trial; `None` if the study is gone.
    pub(crate) async fn add_trial(
        &self,
        study: StudyId,
        trial: &WholeTrial,
    ) -> Result<Option<(TrialId, TrialNumber)>> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease).await?;
            let Some(number) = next_number(&mut transaction, study).await? else {
                return Ok(None);
            };
            let state = trial.state.unwrap_or(TrialState::Waiting);
            let times = (trial.started, trial.completed);
            let id = create_trial(&mut transaction, study, number, state, times).await?;
            add_params(&mut transaction, id, &trial.params).await?;
            add_values(&mut transaction, id, &trial.values).await?;
            let attributes = [
                (SET_TRIAL_SYSTEM_ATTRIBUTE, &trial.system_attrs),
                (SET_TRIAL_USER_ATTRIBUTE, &trial.user_attrs),
            ];
            for (statement, attributes) in attributes {
                set_attributes(statement, &mut transaction, id, attributes).await?;
            }
            transaction.commit().await?;
            Ok(Some((TrialId(id), TrialNumber(number))))
        }
        .await;
        self.settle(lease, CREATE_TRIAL.name, result)
    }

    /// Ends a trial; false if it is not ours, or not running.
    pub(crate) async fn finish_trial(
        &self,
        key: &TrialKey,
        _: &Params,
        outcome: &Outcome,
    ) -> Result<bool> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease).await?;
            let finished = sqlx::query(FINISH_TRIAL.text)
                .bind(key.id.0)
                .bind(key.study.0)
                .bind(key.number.0)
                .bind(datetime(key.started))
                .bind(outcome.state.as_str())
                .bind(datetime(outcome.at))
                .fetch_optional(&mut *transaction)
                .await?
                .is_some();
            if finished {
                add_values(&mut transaction, key.id.0, &outcome.values).await?;
                let attributes = &outcome.user_attrs;
                set_attributes(
                    SET_TRIAL_USER_ATTRIBUTE,
                    &mut transaction,
                    key.id.0,
                    attributes,
                )
                .await?;
            }
            transaction.commit().await?;
            Ok(finished)
        }
        .await;
        self.settle(lease, FINISH_TRIAL.name, result)
    }

    pub(crate) async fn report(&self, key: &TrialKey, step: i32, value: f64) -> Result<Reported> {
        let (value, kind) = codec::write_intermediate(value);
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease).await?;
            if !is_ours(&mut transaction, key).await? {
                return Ok(Reported::NotOurs);
            }
            let added = sqlx::query(REPORT.text)
                .bind(key.id.0)
                .bind(step)
                .bind(value)
                .bind(kind)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            transaction.commit().await?;
            Ok(if added > 0 {
                Reported::Recorded
            } else {
                Reported::StepTaken
            })
        }
        .await;
        self.settle(lease, REPORT.name, result)
    }

    /// Sets an attribute; false if the trial is not ours, or not running.
    pub(crate) async fn set_trial_attribute(
        &self,
        trial: &TrialKey,
        which: Attrs,
        key: &str,
        json: &str,
    ) -> Result<bool> {
        let statement = match which {
            Attrs::User => SET_TRIAL_USER_ATTRIBUTE,
            Attrs::System => SET_TRIAL_SYSTEM_ATTRIBUTE,
        };
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease).await?;
            let own = is_ours(&mut transaction, trial).await?;
            if own {
                let attribute = [(key.to_owned(), json.to_owned())];
                set_attributes(statement, &mut transaction, trial.id.0, &attribute).await?;
            }
            transaction.commit().await?;
            Ok(own)
        }
        .await;
        self.settle(lease, statement.name, result)
    }

    /// All of some trials.
    pub(crate) async fn load_rows(&self, study: StudyId, ids: Ids) -> Result<Rows> {
        let mut lease = self.lease().await?;
        let result = async {
            // One snapshot for all, so that no trial is read half finished.
            let mut transaction = lease.begin().await?;
            let connection = &mut *transaction;
            let rows = Rows {
                trials: trial_rows(connection, study, ids).await?,
                params: range(LOAD_PARAMS, connection, study, ids).await?,
                values: range(LOAD_VALUES, connection, study, ids).await?,
                intermediate_values: range(LOAD_INTERMEDIATE_VALUES, connection, study, ids)
                    .await?,
                user_attrs: range(LOAD_USER_ATTRIBUTES, connection, study, ids).await?,
                system_attrs: range(LOAD_SYSTEM_ATTRIBUTES, connection, study, ids).await?,
            };
            transaction.commit().await?;
            Ok(rows)
        }
        .await;
        self.settle(lease, LOAD_TRIALS.name, result)
    }

    /// Only the parameters of one trial.
    pub(crate) async fn load_params(&self, study: StudyId, trial: TrialId) -> Result<Rows> {
        let mut lease = self.lease().await?;
        let result = range(LOAD_PARAMS, &mut lease, study, Ids::one(trial)).await;
        Ok(Rows {
            params: self.settle(lease, LOAD_PARAMS.name, result)?,
            ..Rows::default()
        })
    }
}

fn base() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
}

/// Whether a file is in WAL mode in a place where nothing can be written, such as a read-only mount.
fn is_unwritable_wal(file: &Path) -> bool {
    let mut header = [0_u8; 20];
    let read = std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut header));
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    read.is_ok()
        && header[18] == 2
        && !Path::new(&log).exists()
        && !is_writable(folder.unwrap_or(Path::new(".")))
}

fn is_writable(folder: &Path) -> bool {
    let probe = folder.join(format!(".docktuna-probe-{}", std::process::id()));
    let written = std::fs::File::create_new(&probe).is_ok();
    // Nothing to remove where nothing could be written.
    std::fs::remove_file(&probe).is_ok() && written
}

async fn write(connection: &mut SqliteConnection) -> sqlx::Result<Transaction<'_, Driver>> {
    connection.begin_with("BEGIN IMMEDIATE").await
}

async fn ask_one(
    connection: &mut SqliteConnection,
    study: StudyId,
    trial: &NewTrial,
    limit: i32,
    started: NaiveDateTime,
) -> sqlx::Result<Option<Asked>> {
    let claimed: Option<(i32, i32)> = sqlx::query_as(CLAIM.text)
        .bind(study.0)
        .bind(datetime(started))
        .bind(limit)
        .fetch_optional(&mut *connection)
        .await?;
    let key = |id, number| TrialKey {
        study,
        id: TrialId(id),
        number: TrialNumber(number),
        started,
    };
    if let Some((id, number)) = claimed {
        return Ok(Some(Asked::Claimed(key(id, number))));
    }
    let Some(number) = next_number(connection, study).await? else {
        return Ok(None);
    };
    if number >= limit || trial.expected.is_some_and(|expected| expected != number) {
        return Ok(Some(Asked::Refused(number)));
    }
    let times = (Some(started), None);
    let id = create_trial(connection, study, number, TrialState::Running, times).await?;
    add_params(connection, id, &trial.params).await?;
    Ok(Some(Asked::Created(key(id, number))))
}

async fn next_number(
    connection: &mut SqliteConnection,
    study: StudyId,
) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar(NEXT_NUMBER.text)
        .bind(study.0)
        .fetch_optional(connection)
        .await
}

async fn create_trial(
    connection: &mut SqliteConnection,
    study: StudyId,
    number: i32,
    state: TrialState,
    (started, completed): (Option<NaiveDateTime>, Option<NaiveDateTime>),
) -> sqlx::Result<i32> {
    sqlx::query_scalar(CREATE_TRIAL.text)
        .bind(number)
        .bind(study.0)
        .bind(state.as_str())
        .bind(started.map(datetime))
        .bind(completed.map(datetime))
        .fetch_one(connection)
        .await
}

async fn is_ours(connection: &mut SqliteConnection, key: &TrialKey) -> sqlx::Result<bool> {
    let own: i64 = sqlx::query_scalar(OWN_TRIAL.text)
        .bind(key.id.0)
        .bind(key.study.0)
        .bind(key.number.0)
        .bind(datetime(key.started))
        .fetch_one(connection)
        .await?;
    Ok(own > 0)
}

async fn add_params(
    connection: &mut SqliteConnection,
    trial: i32,
    params: &Params,
) -> sqlx::Result<()> {
    let ParamColumns {
        names,
        values,
        distributions,
    } = params.into();
    for ((name, value), distribution) in names.into_iter().zip(values).zip(distributions) {
        sqlx::query(ADD_PARAM.text)
            .bind(trial)
            .bind(name)
            .bind(value)
            .bind(distribution)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn add_values(
    connection: &mut SqliteConnection,
    trial: i32,
    values: &[f64],
) -> sqlx::Result<()> {
    let (values, kinds) = value_columns(values);
    for (objective, (value, kind)) in values.into_iter().zip(kinds).enumerate() {
        sqlx::query(ADD_VALUE.text)
            .bind(trial)
            .bind(place(objective))
            .bind(value)
            .bind(kind)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn set_attributes(
    statement: Statement,
    connection: &mut SqliteConnection,
    trial: i32,
    attributes: &[(String, String)],
) -> sqlx::Result<()> {
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

async fn trial_rows(
    connection: &mut SqliteConnection,
    study: StudyId,
    ids: Ids,
) -> sqlx::Result<Vec<TrialRow>> {
    let rows: Vec<(i32, Option<i32>, String, Option<String>, Option<String>)> =
        range(LOAD_TRIALS, connection, study, ids).await?;
    let row =
        |(id, number, state, started, completed): (_, _, _, Option<String>, Option<String>)| {
            let moment = |text: Option<String>| text.as_deref().and_then(parse_datetime);
            TrialRow {
                id,
                number,
                state,
                started: moment(started),
                completed: moment(completed),
            }
        };
    Ok(rows.into_iter().map(row).collect())
}

async fn range<T>(
    statement: Statement,
    connection: &mut SqliteConnection,
    study: StudyId,
    ids: Ids,
) -> sqlx::Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, SqliteRow> + Send + Unpin,
{
    sqlx::query_as(statement.text)
        .bind(study.0)
        .bind(ids.0)
        .bind(ids.1)
        .fetch_all(connection)
        .await
}

fn study_row((id, name, directions): (i32, String, Option<String>)) -> StudyRow {
    let directions = directions.unwrap_or_default();
    StudyRow {
        id: StudyId(id),
        name,
        directions: directions
            .split(',')
            .filter(|label| !label.is_empty())
            .map(parse_direction)
            .collect(),
    }
}

fn place(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

fn datetime(moment: NaiveDateTime) -> String {
    moment.format(DATETIME).to_string()
}

fn parse_datetime(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(&text.replacen('T', " ", 1), "%Y-%m-%d %H:%M:%S%.f").ok()
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
