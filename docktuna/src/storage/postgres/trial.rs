//! The trials.

use chrono::NaiveDateTime;
use sqlx::AssertSqlSafe;

use super::Postgres;
use super::ask::lock_study;
use super::heartbeat::retry;
use super::link::Link;
use crate::error::Result;
use crate::id::{Int, StudyId, TrialId, TrialNumber, TrialState};
use crate::optuna;
use crate::storage::rows::assemble::{Rows, StartedRow};
use crate::storage::rows::assemble::{TrialColumns, TrialRow};
use crate::storage::rows::news::{NewsQuery, NewsRow};
use crate::storage::rows::record::{
    Attrs, Ended, Ids, Outcome, ParamColumns, Reported, StudyRow, TrialKey, WholeTrial,
    value_columns,
};
use crate::storage::{Statement, statements};

statements! { "postgres":
    ADD_PARAMS "add_params",
    ADD_TRIAL "add_trial",
    FINISH_TRIAL "finish_trial",
    LOAD_INTERMEDIATE_VALUES "load_intermediate_values",
    LOAD_NEWS "load_news",
    LOAD_PARAMS "load_params",
    LOAD_SYSTEM_ATTRIBUTES "load_system_attributes",
    LOAD_TRIALS "load_trials",
    LOAD_USER_ATTRIBUTES "load_user_attributes",
    LOAD_VALUES "load_values",
    REPORT "report",
    SET_TRIAL_SYSTEM_ATTRIBUTE "set_trial_system_attribute",
    SET_TRIAL_USER_ATTRIBUTE "set_trial_user_attribute",
    STARTED_AT "started_at",
}

/// What stands for `{wanted}` where all trials of the study $1 are.
const ALL: &str = "t.study_id = $1";

/// And where the trial $2 is. A condition for both would have one plan for both, which looks through all trials of the
/// study; `study_id + 0` keeps the planner off their index.
const ONE: &str = "t.study_id + 0 = $1 AND t.trial_id = $2";

impl Postgres {
    /// The trials of one start. Waits for the study's lock, so that a write whose answer was lost has
    /// either been carried out or never will be.
    pub(crate) async fn started_at(
        &self,
        study: StudyId,
        started: NaiveDateTime,
    ) -> Result<Vec<StartedRow>> {
        let mut lease = self.lease().await?;
        let result = async {
            let link = &mut lease.connection;
            lock_study(link, study, false).await?;
            let rows: Vec<(Int, Option<Int>, Option<NaiveDateTime>, bool)> =
                sqlx::query_as(STARTED_AT.text)
                    .bind(study.0)
                    .bind(started)
                    .fetch_all(&mut *link)
                    .await?;
            link.commit().await?;
            let row = |(id, number, completed, is_new): (_, _, Option<_>, _)| {
                (id, number, completed.map(Ok), is_new)
            };
            Ok(rows.into_iter().map(row).collect())
        }
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
        study: &StudyRow,
        trial: &WholeTrial,
    ) -> Result<Option<(TrialId, TrialNumber)>> {
        let mut lease = self.lease().await?;
        let result = async {
            let link = &mut lease.connection;
            lock_study(link, study.id, false).await?;
            let row = insert_trial(link, study.id, trial).await?;
            link.commit().await?;
            Ok(row.map(|(id, number, _)| (TrialId(id), TrialNumber(number))))
        }
        .await;
        self.settle(lease, ADD_TRIAL.name, result)
    }

    /// Ends a trial and retries it where the outcome says so.
    pub(crate) async fn finish_trial(
        &self,
        key: &TrialKey,
        params: &crate::params::Params,
        outcome: &Outcome,
    ) -> Result<Ended> {
        let (values, kinds) = value_columns(&outcome.values);
        let (user_keys, user_values): (Vec<_>, Vec<_>) = unzip(&outcome.user_attrs);
        let (system_keys, system_values): (Vec<_>, Vec<_>) = unzip(&outcome.system_attrs);
        let names: Vec<&str> = params.iter().map(|p| p.name()).collect();
        let stored: Vec<f64> = params.iter().map(|p| p.stored()).collect();
        let finish = sqlx::query(FINISH_TRIAL.text)
            .bind(key.id.0)
            .bind(key.study.0)
            .bind(key.number.0)
            .bind(key.started)
            .bind(outcome.state.as_str())
            .bind(outcome.at)
            .bind(values)
            .bind(kinds)
            .bind(user_keys)
            .bind(names)
            .bind(stored)
            .bind(user_values)
            .bind(system_keys)
            .bind(system_values)
            .bind(&outcome.note);
        let mut lease = self.lease().await?;
        let result = async {
            if outcome.retries == 0 {
                let finished = finish.fetch_optional(&mut lease.connection).await?;
                return Ok(Ended::of(finished.is_some(), false));
            }
            let link = &mut lease.connection;
            lock_study(link, key.study, false).await?;
            let finished = finish.fetch_optional(&mut *link).await?.is_some();
            let place = (key.study, key.id, key.number);
            let retried = finished && retry(link, place, outcome.retries).await?;
            link.commit().await?;
            Ok(Ended::of(finished, retried))
        }
        .await;
        self.settle(lease, FINISH_TRIAL.name, result)
    }

    pub(crate) async fn report(&self, key: &TrialKey, step: Int, value: f64) -> Result<Reported> {
        let (value, kind) = optuna::write_intermediate(value);
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
            let link = &mut lease.connection;
            link.begin_snapshot().await?;
            let rows = Rows {
                trials: trial_rows(link, study, ids).await?,
                params: range(LOAD_PARAMS, link, study, ids).await?,
                values: range(LOAD_VALUES, link, study, ids).await?,
                intermediate_values: range(LOAD_INTERMEDIATE_VALUES, link, study, ids).await?,
                user_attrs: range(LOAD_USER_ATTRIBUTES, link, study, ids).await?,
                system_attrs: range(LOAD_SYSTEM_ATTRIBUTES, link, study, ids).await?,
            };
            link.commit().await?;
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
        let (own, started): (Vec<_>, Vec<_>) = query.own.iter().copied().unzip();
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(LOAD_NEWS.text)
            .bind(study.0)
            .bind(query.after)
            .bind(&query.open)
            .bind(i64::try_from(query.most).unwrap_or(i64::MAX))
            .bind(query.anchor)
            .bind(own)
            .bind(started)
            .fetch_all(&mut lease.connection)
            .await;
        self.settle(lease, LOAD_NEWS.name, result)
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

/// (id, number, transaction) of a new trial, under the study's lock; `None` if the study is gone.
pub(super) async fn insert_trial(
    link: &mut Link,
    study: StudyId,
    trial: &WholeTrial,
) -> sqlx::Result<Option<(Int, i32, i64)>> {
    let columns = ParamColumns::from(&trial.params);
    let (values, kinds) = value_columns(&trial.values);
    let (system_keys, system_values): (Vec<_>, Vec<_>) = unzip(&trial.system_attrs);
    let (user_keys, user_values): (Vec<_>, Vec<_>) = unzip(&trial.user_attrs);
    let reports = trial.reports.iter().map(|(step, value)| {
        let (value, kind) = optuna::write_intermediate(*value);
        ((*step, value), kind)
    });
    let ((steps, reported), report_kinds): ((Vec<Int>, Vec<_>), Vec<_>) = reports.unzip();
    sqlx::query_as(ADD_TRIAL.text)
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
        .bind(steps)
        .bind(reported)
        .bind(report_kinds)
        .fetch_optional(link)
        .await
}

async fn trial_rows(link: &mut Link, study: StudyId, ids: Ids) -> sqlx::Result<Vec<TrialRow>> {
    let rows: Vec<TrialColumns<NaiveDateTime>> = range(LOAD_TRIALS, link, study, ids).await?;
    Ok(rows.into_iter().map(trial_row).collect())
}

pub(super) fn trial_row(
    (id, number, state, started, completed): TrialColumns<NaiveDateTime>,
) -> TrialRow {
    TrialRow {
        id,
        number,
        state,
        started: started.map(Ok),
        completed: completed.map(Ok),
    }
}

async fn range<T>(
    statement: Statement,
    link: &mut Link,
    study: StudyId,
    ids: Ids,
) -> sqlx::Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
{
    let one = ids.single();
    let wanted = if one.is_some() { ONE } else { ALL };
    let statement = statement.text.replace("{wanted}", wanted);
    let mut query = sqlx::query_as(AssertSqlSafe(statement)).bind(study.0);
    if let Some(trial) = one {
        query = query.bind(trial);
    }
    query.fetch_all(link).await
}

fn unzip(attributes: &[(String, String)]) -> (Vec<&str>, Vec<&str>) {
    attributes
        .iter()
        .map(|(key, json)| (key.as_str(), json.as_str()))
        .unzip()
}
