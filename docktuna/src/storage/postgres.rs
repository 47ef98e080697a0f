//! PostgreSQL: how we connect, and the operations.
//!
//! A trial costs four round trips. Three create it: the statement that begins the transaction and
//! locks the study's row, the one that numbers the trial and writes it with its parameters, and the
//! commit. The lock has to be a statement of its own, because a statement that waits for a lock goes
//! on with the snapshot from before the wait and would number the trial twice. That commit is
//! asynchronous: the log is sequential, so the synchronous commit of the result, the fourth round
//! trip, flushes the creation as well, and a crash in between can lose nothing but a trial without
//! a result.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Transaction};

use super::assemble::Rows;
use super::pool::{Lease, Pool, Session};
use super::record::{
    Asked, Attrs, BestRow, Ids, NewTrial, Outcome, ParamColumns, Reported, StudyRow, TrialKey,
    WholeTrial, direction_label, parse_direction, value_columns,
};
use super::{Statement, SummaryRow, assemble::TrialRow, failure, statements};
use crate::codec;
use crate::config::{PostgresSettings, SslMode};
use crate::error::Result;
use crate::id::{StateCounts, StudyId, TrialId, TrialNumber, TrialState};
use crate::space::Direction;

statements! { "postgres":
    ADD_PARAMS "add_params",
    ADD_TRIAL "add_trial",
    ASK "ask",
    BEST_TRIAL "best_trial",
    COUNT_STATES "count_states",
    COUNT_STUDIES "count_studies",
    CREATE_STUDY "create_study",
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
    LOCK_SCHEMA "lock_schema",
    REPORT "report",
    REVISIONS "revisions",
    SESSION "session",
    SET_STUDY_SYSTEM_ATTRIBUTE "set_study_system_attribute",
    SET_STUDY_USER_ATTRIBUTE "set_study_user_attribute",
    SET_TRIAL_SYSTEM_ATTRIBUTE "set_trial_system_attribute",
    SET_TRIAL_USER_ATTRIBUTE "set_trial_user_attribute",
    STARTED_AT "started_at",
    STORED_DISTRIBUTIONS "stored_distributions",
    STUDY_NAMES "study_names",
    STUDY_SYSTEM_ATTRIBUTES "study_system_attributes",
    STUDY_USER_ATTRIBUTES "study_user_attributes",
    SUMMARIES "summaries",
    TABLES "tables",
}

/// Not a statement: what an error of an uncertain commit is called.
const COMMIT: &str = "commit";

pub(crate) struct Postgres {
    settings: PostgresSettings,
    options: PgConnectOptions,
    pool: Pool<PgSession>,
    target: String,
}

/// A connection, and what it saw of the queues.
struct PgSession {
    connection: PgConnection,
    /// For each study a trial up to which no trial waits. It ends with the connection: a crash of
    /// the server, after which ids may be handed out again, ends every connection.
    seen: HashMap<StudyId, TrialId>,
}

impl Session for PgSession {
    async fn ping(&mut self) -> bool {
        self.connection.ping().await.is_ok()
    }
}

impl Postgres {
    /// Connects once, so that wrong settings are found at once.
    pub(crate) async fn connect(settings: PostgresSettings, connections: usize) -> Result<Self> {
        let target = format!(
            "PostgreSQL {}:{}/{}",
            settings.host, settings.port, settings.database
        );
        let options = options(&settings);
        let postgres = Self {
            settings,
            options,
            pool: Pool::new(connections, false),
            target,
        };
        let mut lease = postgres.lease().await?;
        postgres.warn_of_clear_text(&mut lease).await?;
        lease.done();
        Ok(postgres)
    }

    pub(crate) fn settings(&self) -> &PostgresSettings {
        &self.settings
    }

    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    async fn lease(&self) -> Result<Lease<'_, PgSession>> {
        self.pool
            .lease(|| async {
                let connection = self.options.connect().await;
                let connection =
                    connection.map_err(|error| failure::connect(&self.target, error))?;
                Ok(PgSession {
                    connection,
                    seen: HashMap::new(),
                })
            })
            .await
    }

    /// Ends the use of a connection: it is kept after a success and closed after an error.
    fn settle<T>(
        &self,
        lease: Lease<'_, PgSession>,
        op: &'static str,
        result: sqlx::Result<T>,
    ) -> Result<T> {
        let value = result.map_err(|error| failure::storage(op, &self.target, error))?;
        lease.done();
        Ok(value)
    }

    /// `prefer` is libpq's default and silently ends in clear text where the server cannot encrypt.
    async fn warn_of_clear_text(&self, lease: &mut Lease<'_, PgSession>) -> Result<()> {
        let may_be_clear = matches!(self.settings.sslmode, SslMode::Allow | SslMode::Prefer);
        if !may_be_clear || is_this_machine(&self.settings.host) {
            return Ok(());
        }
        let encrypted: Option<bool> = sqlx::query_scalar(SESSION.text)
            .fetch_optional(&mut lease.connection)
            .await
            .map_err(|error| failure::storage(SESSION.name, &self.target, error))?;
        if encrypted != Some(true) {
            tracing::warn!(
                target = %self.target,
                "the connection is not encrypted; set OPTUNA_DB_SSLMODE to require or verify-full"
            );
        }
        Ok(())
    }

    // The schema.

    pub(crate) async fn existing_tables(&self, wanted: &[&str]) -> Result<Vec<String>> {
        let mut lease = self.lease().await?;
        let result = existing_tables(&mut lease.connection, wanted).await;
        self.settle(lease, EXISTING_TABLES.name, result)
    }

    pub(crate) async fn revisions(&self) -> Result<Vec<String>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(REVISIONS.text)
            .fetch_all(&mut lease.connection)
            .await;
        self.settle(lease, REVISIONS.name, result)
    }

    /// Creates the tables unless there are some, one process at a time.
    pub(crate) async fn create_tables(&self, wanted: &[&str]) -> Result<()> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = lease.connection.begin().await?;
            sqlx::query(LOCK_SCHEMA.text)
                .execute(&mut *transaction)
                .await?;
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
            .fetch_optional(&mut lease.connection)
            .await;
        Ok(self.settle(lease, FIND_STUDY.name, result)?.map(study_row))
    }

    pub(crate) async fn create_study(&self, name: &str, directions: &[Direction]) -> Result<()> {
        let labels: Vec<&str> = directions.iter().map(|d| direction_label(*d)).collect();
        let mut lease = self.lease().await?;
        let result = sqlx::query(CREATE_STUDY.text)
            .bind(name)
            .bind(labels)
            .execute(&mut lease.connection)
            .await;
        self.settle(lease, CREATE_STUDY.name, result).map(drop)
    }

    pub(crate) async fn list_studies(&self) -> Result<Vec<StudyRow>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(LIST_STUDIES.text)
            .fetch_all(&mut lease.connection)
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
            .fetch_all(&mut lease.connection)
            .await;
        self.settle(lease, STUDY_NAMES.name, result)
    }

    pub(crate) async fn count_studies(&self) -> Result<i64> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(COUNT_STUDIES.text)
            .fetch_one(&mut lease.connection)
            .await;
        self.settle(lease, COUNT_STUDIES.name, result)
    }

    pub(crate) async fn summaries(&self) -> Result<Vec<SummaryRow>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(SUMMARIES.text)
            .fetch_all(&mut lease.connection)
            .await;
        self.settle(lease, SUMMARIES.name, result)
    }

    pub(crate) async fn latest_study(&self) -> Result<Option<String>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(LATEST_STUDY.text)
            .fetch_optional(&mut lease.connection)
            .await;
        self.settle(lease, LATEST_STUDY.name, result)
    }

    pub(crate) async fn last_update(&self, study: StudyId) -> Result<Option<NaiveDateTime>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(LAST_UPDATE.text)
            .bind(study.0)
            .fetch_one(&mut lease.connection)
            .await;
        self.settle(lease, LAST_UPDATE.name, result)
    }

    pub(crate) async fn count_states(&self, study: StudyId) -> Result<StateCounts> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(COUNT_STATES.text)
            .bind(study.0)
            .fetch_all(&mut lease.connection)
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
            .fetch_all(&mut lease.connection)
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
            .execute(&mut lease.connection)
            .await;
        self.settle(lease, statement.name, result).map(drop)
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

    pub(crate) async fn best_trial(
        &self,
        study: StudyId,
        direction: Direction,
    ) -> Result<Option<BestRow>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(BEST_TRIAL.text)
            .bind(study.0)
            .bind(super::sign(direction))
            .fetch_optional(&mut lease.connection)
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
        let mut seen = lease.seen.get(&study).copied().unwrap_or(TrialId(0));
        let mut op = ASK.name;
        let result = async {
            let mut asked = Vec::with_capacity(trials.len());
            let mut transaction = lock_study(&mut lease.connection, study, true).await?;
            for trial in trials {
                let row = ask_one(&mut transaction, study, seen, trial, limit, started).await?;
                let key = |id, number| TrialKey {
                    study,
                    id: TrialId(id),
                    number: TrialNumber(number),
                    started,
                };
                match row {
                    None => return Ok(Vec::new()),
                    Some((_, None, number)) => {
                        asked.push(Asked::Refused(number));
                        break;
                    }
                    Some((what, Some(id), number)) if what == "created" => {
                        // Nothing waited before it, and nothing can have come since: the lock.
                        seen = TrialId(id);
                        asked.push(Asked::Created(key(id, number)));
                    }
                    Some((_, Some(id), number)) => asked.push(Asked::Claimed(key(id, number))),
                }
            }
            if asked.iter().any(|asked| matches!(asked, Asked::Claimed(_))) {
                // A claim that a crash undid would be run a second time.
                transaction
                    .execute("SET LOCAL synchronous_commit = on")
                    .await?;
            }
            op = COMMIT;
            transaction.commit().await?;
            Ok(asked)
        }
        .await;
        if result.is_ok() {
            lease.seen.insert(study, seen);
        }
        self.settle(lease, op, result)
    }

    pub(crate) async fn started_at(
        &self,
        study: StudyId,
        started: NaiveDateTime,
    ) -> Result<Vec<(i32, i32, i64)>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(STARTED_AT.text)
            .bind(study.0)
            .bind(started)
            .fetch_all(&mut lease.connection)
            .await;
        self.settle(lease, STARTED_AT.name, result)
    }

    pub(crate) async fn add_params(
        &self,
        key: &TrialKey,
        params: &crate::params::Params,
    ) -> Result<bool> {
        let columns = ParamColumns::from(params);
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(ADD_PARAMS.text)
            .bind(key.id.0)
            .bind(key.study.0)
            .bind(key.number.0)
            .bind(key.started)
            .bind(columns.names)
            .bind(columns.values)
            .bind(columns.distributions)
            .fetch_one(&mut lease.connection)
            .await;
        Ok(self.settle::<i64>(lease, ADD_PARAMS.name, result)? > 0)
    }

    /// Adds a whole trial; `None` if the study is gone.
    pub(crate) async fn add_trial(
        &self,
        study: StudyId,
        trial: &WholeTrial,
    ) -> Result<Option<(TrialId, TrialNumber)>> {
        let columns = ParamColumns::from(&trial.params);
        let (values, kinds) = value_columns(&trial.values);
        let (system_keys, system_values): (Vec<_>, Vec<_>) = unzip(&trial.system_attrs);
        let (user_keys, user_values): (Vec<_>, Vec<_>) = unzip(&trial.user_attrs);
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = lock_study(&mut lease.connection, study, false).await?;
            let row: Option<(i32, i32)> = sqlx::query_as(ADD_TRIAL.text)
                .bind(study.0)
                .bind(trial.state.unwrap_or(TrialState::Waiting).as_str())
                .bind(trial.started)
                .bind(trial.completed)
                .bind(columns.names)
                .bind(columns.values)
                .bind(columns.distributions)
                .bind(values)
                .bind(kinds)
                .bind(system_keys)
                .bind(system_values)
                .bind(user_keys)
                .bind(user_values)
                .fetch_optional(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(row.map(|(id, number)| (TrialId(id), TrialNumber(number))))
        }
        .await;
        self.settle(lease, ADD_TRIAL.name, result)
    }

    /// Ends a trial; false if it is not ours, or not running.
    pub(crate) async fn finish_trial(
        &self,
        key: &TrialKey,
        params: &crate::params::Params,
        outcome: &Outcome,
    ) -> Result<bool> {
        let (values, kinds) = value_columns(&outcome.values);
        let (keys, attributes): (Vec<_>, Vec<_>) = unzip(&outcome.user_attrs);
        let names: Vec<&str> = params.iter().map(|p| p.name()).collect();
        let stored: Vec<f64> = params.iter().map(|p| p.stored()).collect();
        let mut lease = self.lease().await?;
        let result = sqlx::query(FINISH_TRIAL.text)
            .bind(key.id.0)
            .bind(key.study.0)
            .bind(key.number.0)
            .bind(key.started)
            .bind(outcome.state.as_str())
            .bind(outcome.at)
            .bind(values)
            .bind(kinds)
            .bind(keys)
            .bind(names)
            .bind(stored)
            .bind(attributes)
            .fetch_optional(&mut lease.connection)
            .await;
        Ok(self.settle(lease, FINISH_TRIAL.name, result)?.is_some())
    }

    pub(crate) async fn report(&self, key: &TrialKey, step: i32, value: f64) -> Result<Reported> {
        let (value, kind) = codec::write_intermediate(value);
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(REPORT.text)
            .bind(key.id.0)
            .bind(key.study.0)
            .bind(key.number.0)
            .bind(key.started)
            .bind(step)
            .bind(value)
            .bind(kind)
            .fetch_one(&mut lease.connection)
            .await;
        Ok(
            match self.settle::<(i64, i64)>(lease, REPORT.name, result)? {
                (0, _) => Reported::NotOurs,
                (_, 0) => Reported::StepTaken,
                _ => Reported::Recorded,
            },
        )
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
        let result = sqlx::query_scalar(statement.text)
            .bind(trial.id.0)
            .bind(trial.study.0)
            .bind(trial.number.0)
            .bind(trial.started)
            .bind(key)
            .bind(json)
            .fetch_one(&mut lease.connection)
            .await;
        Ok(self.settle::<i64>(lease, statement.name, result)? > 0)
    }

    /// All of some trials.
    pub(crate) async fn load_rows(&self, study: StudyId, ids: Ids) -> Result<Rows> {
        let mut lease = self.lease().await?;
        let result = async {
            // One snapshot for all, so that no trial is read half finished.
            let mut transaction = lease
                .connection
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await?;
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
        let result = range(LOAD_PARAMS, &mut lease.connection, study, Ids::one(trial)).await;
        Ok(Rows {
            params: self.settle(lease, LOAD_PARAMS.name, result)?,
            ..Rows::default()
        })
    }
}

fn options(settings: &PostgresSettings) -> PgConnectOptions {
    // The constructor reads PGPASSWORD and its like, so every field is set here.
    let mut options = PgConnectOptions::new_without_pgpass()
        .port(settings.port)
        .username(&settings.user)
        .database(&settings.database)
        .password(
            settings
                .password
                .as_ref()
                .map_or("", |password| password.expose()),
        )
        .application_name("docktuna")
        .ssl_mode(match settings.sslmode {
            SslMode::Disable => PgSslMode::Disable,
            SslMode::Allow => PgSslMode::Allow,
            SslMode::Prefer => PgSslMode::Prefer,
            // As libpq has it: a root certificate turns `require` into `verify-ca`.
            SslMode::Require if settings.sslrootcert.is_some() => PgSslMode::VerifyCa,
            SslMode::Require => PgSslMode::Require,
            SslMode::VerifyCa => PgSslMode::VerifyCa,
            SslMode::VerifyFull => PgSslMode::VerifyFull,
        })
        .disable_statement_logging();
    options = if settings.host.starts_with('/') {
        options.socket(&settings.host)
    } else {
        options.host(&settings.host)
    };
    if let Some(file) = &settings.sslrootcert {
        options = options.ssl_root_cert(file);
    }
    if let Some(schema) = &settings.schema {
        options = options.options([("search_path", schema)]);
    }
    options
}

fn is_this_machine(host: &str) -> bool {
    host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Begins a transaction and locks the study's row in one round trip; trials are numbered under this
/// lock, by Optuna too.
async fn lock_study(
    connection: &mut PgConnection,
    study: StudyId,
    asynchronous: bool,
) -> sqlx::Result<Transaction<'_, sqlx::Postgres>> {
    let commit = if asynchronous {
        "SET LOCAL synchronous_commit = off; "
    } else {
        ""
    };
    // Several statements in one message cannot have bound parameters; an integer needs no escaping.
    connection
        .begin_with(AssertSqlSafe(format!(
            "BEGIN; {commit}SELECT FROM studies WHERE study_id = {} FOR NO KEY UPDATE",
            study.0
        )))
        .await
}

async fn ask_one(
    connection: &mut PgConnection,
    study: StudyId,
    seen: TrialId,
    trial: &NewTrial,
    limit: i32,
    started: NaiveDateTime,
) -> sqlx::Result<Option<(String, Option<i32>, i32)>> {
    let columns = ParamColumns::from(&trial.params);
    sqlx::query_as(ASK.text)
        .bind(study.0)
        .bind(seen.0)
        .bind(started)
        .bind(columns.names)
        .bind(trial.expected)
        .bind(limit)
        .bind(columns.values)
        .bind(columns.distributions)
        .fetch_optional(connection)
        .await
}

async fn existing_tables(
    connection: &mut PgConnection,
    wanted: &[&str],
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(EXISTING_TABLES.text)
        .bind(wanted)
        .fetch_all(connection)
        .await
}

async fn trial_rows(
    connection: &mut PgConnection,
    study: StudyId,
    ids: Ids,
) -> sqlx::Result<Vec<TrialRow>> {
    let rows: Vec<(
        i32,
        Option<i32>,
        String,
        Option<NaiveDateTime>,
        Option<NaiveDateTime>,
    )> = range(LOAD_TRIALS, connection, study, ids).await?;
    let row = |(id, number, state, started, completed)| TrialRow {
        id,
        number,
        state,
        started,
        completed,
    };
    Ok(rows.into_iter().map(row).collect())
}

async fn range<T>(
    statement: Statement,
    connection: &mut PgConnection,
    study: StudyId,
    ids: Ids,
) -> sqlx::Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
{
    sqlx::query_as(statement.text)
        .bind(study.0)
        .bind(ids.0)
        .bind(ids.1)
        .fetch_all(connection)
        .await
}

fn study_row((id, name, directions): (i32, String, Option<Vec<String>>)) -> StudyRow {
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

fn unzip(attributes: &[(String, String)]) -> (Vec<&str>, Vec<&str>) {
    attributes
        .iter()
        .map(|(key, json)| (key.as_str(), json.as_str()))
        .unzip()
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
