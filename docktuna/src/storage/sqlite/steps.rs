//! The steps of Optuna's storage interface: each write is one transaction.

use chrono::NaiveDateTime;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::study::{insert_study, json_list, stored_distribution, study_row};
use super::trial::{Third, add_params, add_values, insert_trial, next_number, whole};
use super::{Sqlite, attributes, datetime, write};
use crate::error::Result;
use crate::id::{Int, StudyId, TrialId, TrialState};
use crate::optuna::{self, moment::read_moment};
use crate::params::{Parameter, Params};
use crate::space::Direction;
use crate::space::distribution::Distribution;
use crate::storage::rows::assemble::Rows;
use crate::storage::rows::record::{StudyRow, WholeTrial};
use crate::storage::steps::{Before, Made, ParamStep, Step, Wanted, table_of_studies};
use crate::storage::{Attrs, Statement, statements};

statements! { "sqlite":
    ALL_STUDY_ATTRIBUTES "all_study_attributes",
    GET_STUDY "get_study",
    STEP_BEFORE "step_before",
    STEP_REPORT "step_report",
    STEP_STATE "step_state",
    STEP_STUDY_ATTRIBUTE "step_study_attribute",
}

/// What stands for `{wanted}`. A list is looked up; with OR all of the study's trials would be read.
const ONE: &str = "t.trial_id = ?1";
const ALL: &str = "t.study_id = ?1";
const NEWS: &str = "t.trial_id IN (
    SELECT trial_id FROM trials WHERE study_id = ?1 AND trial_id > ?2
    UNION ALL SELECT trial_id FROM trials
    WHERE study_id = ?1 AND trial_id <= ?2 AND trial_id IN (SELECT value FROM json_each(?3))
)";

impl Sqlite {
    pub(crate) async fn get_study(&self, study: StudyId) -> Result<Option<StudyRow>> {
        let mut lease = self.lease().await?;
        let result = get_study(&mut lease.connection, study).await;
        self.settle(lease, GET_STUDY.name, result)
    }

    pub(in crate::storage) async fn open_study(
        &self,
        name: &str,
        directions: &[Direction],
    ) -> Result<Made> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let created = insert_study(&mut transaction, name, directions).await?;
            transaction.commit().await?;
            Ok(created.map_or(Made::No, Made::Yes))
        }
        .await;
        self.settle(lease, "open_study", result)
    }

    pub(crate) async fn step_study_attribute(
        &self,
        study: StudyId,
        which: Attrs,
        key: &str,
        json: &str,
    ) -> Result<bool> {
        let statement = STEP_STUDY_ATTRIBUTE.text;
        let statement = statement.replace("{table}", table_of_studies(which));
        let mut lease = self.lease().await?;
        let result = sqlx::query(AssertSqlSafe(statement))
            .bind(study.0)
            .bind(key)
            .bind(json)
            .execute(&mut lease.connection)
            .await;
        let result = self.settle(lease, STEP_STUDY_ATTRIBUTE.name, result)?;
        Ok(result.rows_affected() > 0)
    }

    pub(crate) async fn all_study_attributes(
        &self,
        which: Attrs,
    ) -> Result<Vec<(Option<Int>, Option<String>, Option<String>)>> {
        let statement = ALL_STUDY_ATTRIBUTES.text;
        let statement = statement.replace("{table}", table_of_studies(which));
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(AssertSqlSafe(statement))
            .fetch_all(&mut lease.connection)
            .await;
        self.settle(lease, ALL_STUDY_ATTRIBUTES.name, result)
    }

    pub(in crate::storage) async fn step_trial(
        &self,
        study: StudyId,
        trial: &WholeTrial,
    ) -> Result<Made> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let Some(study) = get_study(&mut transaction, study).await? else {
                return Ok(Made::No);
            };
            let Some(number) = next_number(&mut transaction, &study).await? else {
                return Ok(Made::No);
            };
            let id = insert_trial(&mut transaction, study.id, number, trial).await?;
            transaction.commit().await?;
            Ok(Made::Yes(id))
        }
        .await;
        self.settle(lease, "step_trial", result)
    }

    /// No answer of a file is lost.
    #[allow(clippy::unused_async, reason = "a server has to be asked for the same")]
    pub(crate) async fn transaction_status(&self, _: i64) -> Result<Option<String>> {
        Ok(None)
    }

    pub(crate) async fn clash(
        &self,
        study: StudyId,
        param: &Parameter,
    ) -> Result<Option<Distribution>> {
        let mut lease = self.lease().await?;
        let result = clash(&mut lease.connection, study, param).await;
        self.settle(lease, "stored_distribution", result)
    }

    pub(crate) async fn step_param(&self, trial: TrialId, param: &Parameter) -> Result<ParamStep> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let (study, step) = before(&mut transaction, trial).await?;
            let study = match (study, step) {
                (Some(study), Step::Done) => study,
                (_, Step::Ended) => return Ok(ParamStep::Ended),
                _ => return Ok(ParamStep::Gone),
            };
            if let Some(stored) = clash(&mut transaction, study, param).await? {
                return Ok(ParamStep::Clash(stored));
            }
            let mut params = Params::default();
            params.push(param.name(), param.distribution().clone(), param.stored());
            add_params(&mut transaction, trial.0, &params).await?;
            transaction.commit().await?;
            Ok(ParamStep::Done)
        }
        .await;
        self.settle(lease, "add_param", result)
    }

    pub(crate) async fn step_report(&self, trial: TrialId, step: Int, value: f64) -> Result<Step> {
        let (value, kind) = optuna::write_intermediate(value);
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let (_, found) = before(&mut transaction, trial).await?;
            if found == Step::Done {
                sqlx::query(STEP_REPORT.text)
                    .bind(trial.0)
                    .bind(step)
                    .bind(value)
                    .bind(kind)
                    .execute(&mut *transaction)
                    .await?;
                transaction.commit().await?;
            }
            Ok(found)
        }
        .await;
        self.settle(lease, STEP_REPORT.name, result)
    }

    pub(crate) async fn step_trial_attribute(
        &self,
        trial: TrialId,
        which: Attrs,
        key: &str,
        json: &str,
    ) -> Result<Step> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let (_, found) = before(&mut transaction, trial).await?;
            if found == Step::Done {
                let attribute = [(key.to_owned(), json.to_owned())];
                attributes::set_attributes(which, &mut transaction, trial.0, &attribute).await?;
                transaction.commit().await?;
            }
            Ok(found)
        }
        .await;
        self.settle(lease, attributes::attribute_statement(which).name, result)
    }

    pub(in crate::storage) async fn step_state(
        &self,
        trial: TrialId,
        state: TrialState,
        values: &[f64],
        at: NaiveDateTime,
    ) -> Result<Option<Before>> {
        let mut lease = self.lease().await?;
        let result = async {
            let mut transaction = write(&mut lease.connection).await?;
            let Some((_, found, started, completed)) = columns(&mut transaction, trial).await?
            else {
                return Ok(None);
            };
            let open = TrialState::parse(&found).is_some_and(|found| !found.is_finished());
            let twice = state == TrialState::Running && found == state.as_str();
            let changed = open && !twice;
            if changed {
                sqlx::query(STEP_STATE.text)
                    .bind(trial.0)
                    .bind(state.as_str())
                    .bind(datetime(at))
                    .execute(&mut *transaction)
                    .await?;
                add_values(&mut transaction, trial.0, values).await?;
                transaction.commit().await?;
            }
            Ok(Some(Before {
                changed,
                state: found,
                started: started.map(read_moment),
                completed: completed.map(read_moment),
            }))
        }
        .await;
        self.settle(lease, STEP_STATE.name, result)
    }

    /// Trials in the order of their numbers, which is that of their ids.
    pub(crate) async fn look(&self, wanted: Wanted<'_>) -> Result<Rows> {
        let (wanted, first, after, others) = match wanted {
            Wanted::One(trial) => (ONE, trial.0, Int(0), String::new()),
            Wanted::Of { study, after, .. } if after.0 < 0 => (ALL, study.0, after, String::new()),
            Wanted::Of {
                study,
                after,
                others,
            } => (NEWS, study.0, after, json_list(others)),
        };
        let mut lease = self.lease().await?;
        let result = async {
            // One snapshot for all, so that no trial is read half finished.
            let mut transaction = lease.connection.begin().await?;
            let rows = whole(
                &mut transaction,
                wanted,
                (first, after, Third::List(&others)),
            )
            .await?;
            transaction.commit().await?;
            Ok(rows)
        }
        .await;
        self.settle(lease, "load_trials", result)
    }
}

async fn get_study(
    connection: &mut SqliteConnection,
    study: StudyId,
) -> sqlx::Result<Option<StudyRow>> {
    let row = sqlx::query_as(GET_STUDY.text)
        .bind(study.0)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(study_row))
}

/// A stored distribution of the study with which that of a parameter cannot stand.
async fn clash(
    connection: &mut SqliteConnection,
    study: StudyId,
    param: &Parameter,
) -> sqlx::Result<Option<Distribution>> {
    let stored = stored_distribution(connection, study, param.name()).await?;
    let stored = stored
        .flatten()
        .and_then(|text| optuna::read_distribution(&text).ok());
    Ok(stored.filter(|stored| !stored.is_compatible(param.distribution())))
}

/// (study, state, start, end)
type Columns = (Option<Int>, String, Option<String>, Option<String>);

async fn columns(
    connection: &mut SqliteConnection,
    trial: TrialId,
) -> sqlx::Result<Option<Columns>> {
    sqlx::query_as(STEP_BEFORE.text)
        .bind(trial.0)
        .fetch_optional(connection)
        .await
}

/// The trial's study, and whether it may be written to.
async fn before(
    connection: &mut SqliteConnection,
    trial: TrialId,
) -> sqlx::Result<(Option<StudyId>, Step)> {
    let Some((study, state, ..)) = columns(connection, trial).await? else {
        return Ok((None, Step::Gone));
    };
    let ended = TrialState::parse(&state).is_none_or(TrialState::is_finished);
    let step = if ended { Step::Ended } else { Step::Done };
    Ok((study.map(StudyId), step))
}
