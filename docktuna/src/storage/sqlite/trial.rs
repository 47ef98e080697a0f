//! The trials.

use chrono::NaiveDateTime;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection};

use super::attributes::{attribute_statement, set_attributes};
use super::queue::Queue;
use super::{Sqlite, datetime, heartbeat, place, write};
use crate::error::Result;
use crate::id::{Int, StudyId, TrialId, TrialNumber, TrialState};
use crate::optuna;
use crate::optuna::moment::read_moment;
use crate::params::Params;
use crate::storage::rows::assemble::{Rows, StartedRow, TrialColumns, TrialRow};
use crate::storage::rows::news::{NewsQuery, NewsRow};
use crate::storage::rows::record::{
    Asked, Attrs, Ended, Ids, NewTrial, Outcome, ParamColumns, Reported, StudyRow, TrialKey,
    WholeTrial, value_columns,
};
use crate::storage::{Statement, statements};

statements! { "sqlite":
    ADD_PARAM "add_param",
    ADD_VALUE "add_value",
    CREATE_TRIAL "create_trial",
    FINISH_TRIAL "finish_trial",
    LOAD_INTERMEDIATE_VALUES "load_intermediate_values",
    LOAD_NEWS "load_news",
    LOAD_PARAMS "load_params",
    LOAD_SYSTEM_ATTRIBUTES "load_system_attributes",
    LOAD_TRIALS "load_trials",
    LOAD_USER_ATTRIBUTES "load_user_attributes",
    LOAD_VALUES "load_values",
    NEXT_NUMBER "next_number",
    OWN_TRIAL "own_trial",
    REPORT "report",
    STARTED_AT "started_at",
}

/// What stands for `{wanted}` where the trials are those with ids from ?2 to ?3.
const RANGE: &str = "t.study_id = ?1 AND t.trial_id BETWEEN ?2 AND ?3";

impl Sqlite {
    /// Claims a waiting trial or creates one, for each of `trials` in turn; the first refusal ends
    /// it. All of it is one transaction.
    pub(crate) async fn ask(
        &self,
        study: &StudyRow,
        trials: &[NewTrial],
        limit: i32,
        started: NaiveDateTime,
        beat: bool,
    ) -> Result<Vec<Asked>> {
        let mut lease = self.lease().await?;
        let mut queue = self.queue_of(study.id);
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let mut asked = Vec::with_capacity(trials.len());
            for trial in trials {
                let when = (limit, started);
                let Some(one) = ask_one(&mut transaction, study, trial, when, &mut queue).await?
                else {
                    transaction.rollback().await?;
                    return Ok(Vec::new());
                };
                if let Asked::Created(key) | Asked::Claimed(key) = one {
                    queue.is_served_up_to(key.id);
                    if beat {
                        heartbeat::beat(&mut transaction, &key).await?;
                    }
                }
                asked.push(one);
                if matches!(one, Asked::Refused(_)) {
                    break;
                }
            }
            transaction.commit().await?;
            self.remember(study.id, queue);
            Ok(asked)
        }
        .await;
        self.settle(lease, CREATE_TRIAL.name, result)
    }

    /// The trials of one start. SQLite does not tell which of them are new.
    pub(crate) async fn started_at(
        &self,
        study: StudyId,
        started: NaiveDateTime,
    ) -> Result<Vec<StartedRow>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(STARTED_AT.text)
            .bind(study.0)
            .bind(datetime(started))
            .fetch_all(&mut lease.connection)
            .await;
        let rows: Vec<(Int, Option<Int>, Option<String>)> =
            self.settle(lease, STARTED_AT.name, result)?;
        let row = |(id, number, completed): (_, _, Option<String>)| {
            (id, number, completed.map(read_moment), false)
        };
        Ok(rows.into_iter().map(row).collect())
    }

    pub(crate) async fn add_params(&self, key: &TrialKey, params: &Params) -> Result<bool> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
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
        study: &StudyRow,
        trial: &WholeTrial,
    ) -> Result<Option<(TrialId, TrialNumber)>> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let Some(number) = next_number(&mut transaction, study).await? else {
                return Ok(None);
            };
            let id = insert_trial(&mut transaction, study.id, number, trial).await?;
            transaction.commit().await?;
            Ok(Some((TrialId(id), TrialNumber(number))))
        }
        .await;
        self.settle(lease, CREATE_TRIAL.name, result)
    }

    /// Ends a trial and retries it where the outcome says so. The parameters need no look: a file does not
    /// lose what was committed, so an id is not handed out again under a running trial.
    pub(crate) async fn finish_trial(
        &self,
        key: &TrialKey,
        _: &Params,
        outcome: &Outcome,
    ) -> Result<Ended> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
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
                for (which, attributes) in [
                    (Attrs::User, &outcome.user_attrs),
                    (Attrs::System, &outcome.system_attrs),
                ] {
                    set_attributes(which, &mut transaction, key.id.0, attributes).await?;
                }
                if let Some(note) = &outcome.note {
                    heartbeat::note_failure(&mut transaction, key.study, key.id, note).await?;
                }
            }
            let place = (key.study, key.id, key.number);
            let retried =
                finished && heartbeat::retry(&mut transaction, place, outcome.retries).await?;
            transaction.commit().await?;
            Ok(Ended::of(finished, retried))
        }
        .await;
        self.settle(lease, FINISH_TRIAL.name, result)
    }

    pub(crate) async fn report(&self, key: &TrialKey, step: Int, value: f64) -> Result<Reported> {
        let (value, kind) = optuna::write_intermediate(value);
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
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
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let own = is_ours(&mut transaction, trial).await?;
            if own {
                let attribute = [(key.to_owned(), json.to_owned())];
                set_attributes(which, &mut transaction, trial.id.0, &attribute).await?;
            }
            transaction.commit().await?;
            Ok(own)
        }
        .await;
        self.settle(lease, attribute_statement(which).name, result)
    }

    /// All of some trials.
    pub(crate) async fn load_rows(&self, study: StudyId, ids: Ids) -> Result<Rows> {
        let mut lease = self.lease().await?;
        let result = async {
            // One snapshot for all, so that no trial is read half finished.
            let mut transaction = lease.connection.begin().await?;
            let connection = &mut *transaction;
            let rows = whole(connection, RANGE, (study.0, ids.0, Third::Id(ids.1))).await?;
            transaction.commit().await?;
            Ok(rows)
        }
        .await;
        self.settle(lease, LOAD_TRIALS.name, result)
    }

    /// What samplers need of the trials in `open` and of at most `most` with ids above `after`.
    pub(crate) async fn load_news(
        &self,
        study: StudyId,
        query: &NewsQuery,
    ) -> Result<Vec<NewsRow>> {
        let list: Vec<String> = query.open.iter().map(ToString::to_string).collect();
        let list = format!("[{}]", list.join(","));
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(LOAD_NEWS.text)
            .bind(study.0)
            .bind(query.after)
            .bind(list)
            .bind(i64::try_from(query.most).unwrap_or(i64::MAX))
            .bind(query.anchor)
            .fetch_all(&mut lease.connection)
            .await;
        self.settle(lease, LOAD_NEWS.name, result)
    }

    /// Only the parameters of one trial.
    pub(crate) async fn load_params(&self, study: StudyId, trial: TrialId) -> Result<Rows> {
        let mut lease = self.lease().await?;
        let result = some(
            LOAD_PARAMS,
            &mut lease.connection,
            RANGE,
            (study.0, trial.0, Third::Id(trial.0)),
        )
        .await;
        Ok(Rows {
            params: self.settle(lease, LOAD_PARAMS.name, result)?,
            ..Rows::default()
        })
    }
}

async fn ask_one(
    connection: &mut SqliteConnection,
    study: &StudyRow,
    trial: &NewTrial,
    (limit, started): (i32, NaiveDateTime),
    queue: &mut Queue,
) -> sqlx::Result<Option<Asked>> {
    let Some(number) = next_number(connection, study).await? else {
        return Ok(None);
    };
    let claimed = queue.claim(connection, study.id, limit, started).await?;
    let key = |id, number| TrialKey {
        study: study.id,
        id: TrialId(id),
        number: TrialNumber(number),
        started,
    };
    if let Some((id, number)) = claimed {
        return Ok(Some(Asked::Claimed(key(id, number))));
    }
    if number >= limit
        || trial
            .number
            .expected()
            .is_some_and(|expected| expected != number)
    {
        return Ok(Some(Asked::Refused(number)));
    }
    let times = (Some(started), None);
    let id = create_trial(connection, study.id, number, TrialState::Running, times).await?;
    add_params(connection, id, &trial.params).await?;
    Ok(Some(Asked::Created(key(id, number))))
}

pub(super) async fn next_number(
    connection: &mut SqliteConnection,
    study: &StudyRow,
) -> sqlx::Result<Option<i32>> {
    let next: Option<Int> = sqlx::query_scalar(NEXT_NUMBER.text)
        .bind(study.id.0)
        .bind(&study.name)
        .fetch_optional(connection)
        .await?;
    let number = |next: Int| i32::try_from(next.0);
    next.map(number).transpose().map_err(|_| {
        let next = next.unwrap_or_default();
        sqlx::Error::Decode(format!("no trial can have the number {next}, which is next").into())
    })
}

async fn create_trial(
    connection: &mut SqliteConnection,
    study: StudyId,
    number: i32,
    state: TrialState,
    (started, completed): (Option<NaiveDateTime>, Option<NaiveDateTime>),
) -> sqlx::Result<Int> {
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

pub(super) async fn add_params(
    connection: &mut SqliteConnection,
    trial: Int,
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

pub(super) async fn add_values(
    connection: &mut SqliteConnection,
    trial: Int,
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

/// Adds a whole trial under a number.
pub(super) async fn insert_trial(
    connection: &mut SqliteConnection,
    study: StudyId,
    number: i32,
    trial: &WholeTrial,
) -> sqlx::Result<Int> {
    let state = trial.state.unwrap_or(TrialState::Waiting);
    let times = (trial.started, trial.completed);
    let id = create_trial(connection, study, number, state, times).await?;
    add_params(connection, id, &trial.params).await?;
    add_values(connection, id, &trial.values).await?;
    for (step, value) in &trial.reports {
        let (value, kind) = optuna::write_intermediate(*value);
        sqlx::query(REPORT.text)
            .bind(id)
            .bind(*step)
            .bind(value)
            .bind(kind)
            .execute(&mut *connection)
            .await?;
    }
    let attributes = [
        (Attrs::System, &trial.system_attrs),
        (Attrs::User, &trial.user_attrs),
    ];
    for (which, attributes) in attributes {
        set_attributes(which, connection, id, attributes).await?;
    }
    Ok(id)
}

/// What `{wanted}` has in the third place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Third<'a> {
    Id(Int),
    /// Ids as a JSON list.
    #[cfg_attr(
        not(feature = "serve"),
        allow(dead_code, reason = "only the server reads some")
    )]
    List(&'a str),
}

/// All of the trials that are `wanted`, in a transaction.
pub(super) async fn whole(
    connection: &mut SqliteConnection,
    wanted: &str,
    bound: (Int, Int, Third<'_>),
) -> sqlx::Result<Rows> {
    let trials: Vec<TrialColumns<String>> = some(LOAD_TRIALS, connection, wanted, bound).await?;
    Ok(Rows {
        trials: trials.into_iter().map(trial_row).collect(),
        params: some(LOAD_PARAMS, connection, wanted, bound).await?,
        values: some(LOAD_VALUES, connection, wanted, bound).await?,
        intermediate_values: some(LOAD_INTERMEDIATE_VALUES, connection, wanted, bound).await?,
        user_attrs: some(LOAD_USER_ATTRIBUTES, connection, wanted, bound).await?,
        system_attrs: some(LOAD_SYSTEM_ATTRIBUTES, connection, wanted, bound).await?,
    })
}

pub(super) fn trial_row((id, number, state, started, completed): TrialColumns<String>) -> TrialRow {
    TrialRow {
        id,
        number,
        state,
        started: started.map(read_moment),
        completed: completed.map(read_moment),
    }
}

/// One table's rows of them.
async fn some<T>(
    statement: Statement,
    connection: &mut SqliteConnection,
    wanted: &str,
    (first, second, third): (Int, Int, Third<'_>),
) -> sqlx::Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, SqliteRow> + Send + Unpin,
{
    let query = sqlx::query_as(AssertSqlSafe(wanting(statement, wanted)))
        .bind(first)
        .bind(second);
    let query = match third {
        Third::Id(id) => query.bind(id),
        Third::List(list) => query.bind(list.to_owned()),
    };
    query.fetch_all(connection).await
}

/// The statement for some trials.
pub(super) fn wanting(statement: Statement, wanted: &str) -> String {
    statement.text.replace("{wanted}", wanted)
}
