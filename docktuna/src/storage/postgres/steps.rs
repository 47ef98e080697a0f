//! The steps of Optuna's storage interface: each write is one statement, and so one round trip and one commit.

use chrono::NaiveDateTime;
use sqlx::AssertSqlSafe;

use super::Postgres;
use super::ask::lock_study;
use super::start::{can_start, start};
use super::study::study_row;
use super::trial::insert_trial;
use crate::error::Result;
use crate::id::{Int, StudyId, TrialId, TrialState};
use crate::optuna;
use crate::params::Parameter;
use crate::space::Direction;
use crate::space::distribution::Distribution;
use crate::storage::connection::failure;
use crate::storage::listing::table;
use crate::storage::rows::record::{StudyRow, WholeTrial, value_columns};
use crate::storage::steps::{Before, Made, ParamStep, Step, Wanted, table_of_studies};
use crate::storage::{Attrs, Statement, statements};

statements! { "postgres":
    ALL_STUDY_ATTRIBUTES "all_study_attributes",
    GET_STUDY "get_study",
    OPEN_STUDY "open_study",
    STEP_PARAM "step_param",
    STEP_REPORT "step_report",
    STEP_STATE "step_state",
    STEP_STUDY_ATTRIBUTE "step_study_attribute",
    STEP_TRIAL_ATTRIBUTE "step_trial_attribute",
    STUDY_OF_TRIAL "study_of_trial",
    TRANSACTION_STATUS "transaction_status",
}

impl Postgres {
    pub(crate) async fn get_study(&self, study: StudyId) -> Result<Option<StudyRow>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(GET_STUDY.text)
            .bind(study.0)
            .fetch_optional(&mut lease.connection)
            .await;
        Ok(self.settle(lease, GET_STUDY.name, result)?.map(study_row))
    }

    pub(in crate::storage) async fn open_study(
        &self,
        name: &str,
        directions: &[Direction],
    ) -> Result<Made> {
        let directions: Vec<&str> = directions
            .iter()
            .map(|d| optuna::write_direction(*d))
            .collect();
        let mut lease = self.lease().await?;
        let mut made: Option<(Int, i64)> = None;
        let result = async {
            let link = &mut lease.connection;
            link.begin("").await?;
            made = sqlx::query_as(OPEN_STUDY.text)
                .bind(name)
                .bind(directions)
                .fetch_optional(&mut *link)
                .await?;
            link.commit().await
        }
        .await;
        let lost = result.as_ref().err().is_some_and(failure::is_disconnect);
        committed(self.settle(lease, OPEN_STUDY.name, result), made, lost)
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
        let mut made: Option<(Int, i64)> = None;
        let result = async {
            let row = match trial.just_started() {
                Some(started) if can_start(&mut lease).await? => {
                    start(&mut lease, study, started).await?
                }
                _ => {
                    lock_study(&mut lease.connection, study, false).await?;
                    insert_trial(&mut lease.connection, study, trial).await?
                }
            };
            made = row.map(|(id, _, transaction)| (id, transaction));
            lease.connection.commit().await
        }
        .await;
        let lost = result.as_ref().err().is_some_and(failure::is_disconnect);
        let made = committed(self.settle(lease, "step_trial", result), made, lost)?;
        if let Made::Yes(id) = made {
            self.known.note_study(TrialId(id), study);
        }
        Ok(made)
    }

    /// What PostgreSQL says of a transaction; `None` of one that is long over.
    pub(crate) async fn transaction_status(&self, transaction: i64) -> Result<Option<String>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(TRANSACTION_STATUS.text)
            .bind(transaction)
            .fetch_one(&mut lease.connection)
            .await;
        self.settle(lease, TRANSACTION_STATUS.name, result)
    }

    pub(crate) async fn clash(
        &self,
        study: StudyId,
        param: &Parameter,
    ) -> Result<Option<Distribution>> {
        if self.known.allows(study, param) {
            return Ok(None);
        }
        let name = param.name().to_owned();
        let stored = self.stored_distributions(study, &[name]).await?.pop();
        let stored = stored.and_then(|(_, text)| optuna::read_distribution(&text?).ok());
        let Some(stored) = stored else {
            return Ok(None);
        };
        self.known.note_distribution(study, param.name(), &stored);
        Ok(Some(stored).filter(|stored| !stored.is_compatible(param.distribution())))
    }

    pub(crate) async fn step_param(&self, trial: TrialId, param: &Parameter) -> Result<ParamStep> {
        let distribution = optuna::write_distribution(param.distribution());
        let mut known = self.known.study_of(trial);
        loop {
            let study = match known {
                Some(study) => study,
                None => match self.study_of_trial(trial).await? {
                    Some(study) => study,
                    None => return Ok(ParamStep::Gone),
                },
            };
            let clash = self.clash(study, param).await?;
            if let Some(stored) = clash {
                // That it has ended comes first.
                return Ok(match self.is_open(trial).await? {
                    Step::Done => ParamStep::Clash(stored),
                    Step::Ended => ParamStep::Ended,
                    Step::Gone => ParamStep::Gone,
                });
            }
            let mut lease = self.lease().await?;
            let result = sqlx::query_scalar(STEP_PARAM.text)
                .bind(trial.0)
                .bind(param.name())
                .bind(param.stored())
                .bind(&distribution)
                .bind(study.0)
                .fetch_optional(&mut lease.connection)
                .await;
            let added: Option<Int> = self.settle(lease, STEP_PARAM.name, result)?;
            if added.is_some() {
                self.known.note_study(trial, study);
                let distribution = param.distribution();
                self.known
                    .note_distribution(study, param.name(), distribution);
                return Ok(ParamStep::Done);
            }
            match self.study_of_trial(trial).await? {
                None => return Ok(ParamStep::Gone),
                Some(found) if found != study => known = Some(found),
                Some(_) => {
                    return Ok(match self.is_open(trial).await? {
                        // It has a parameter of that name.
                        Step::Done => ParamStep::Done,
                        Step::Ended => ParamStep::Ended,
                        Step::Gone => ParamStep::Gone,
                    });
                }
            }
        }
    }

    async fn study_of_trial(&self, trial: TrialId) -> Result<Option<StudyId>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(STUDY_OF_TRIAL.text)
            .bind(trial.0)
            .fetch_optional(&mut lease.connection)
            .await;
        let study: Option<Int> = self.settle(lease, STUDY_OF_TRIAL.name, result)?;
        Ok(study.map(StudyId))
    }

    async fn is_open(&self, trial: TrialId) -> Result<Step> {
        let rows = self.look(Wanted::One(trial)).await?;
        let state = rows.trials.first().map(|row| TrialState::parse(&row.state));
        Ok(match state {
            None => Step::Gone,
            Some(Some(state)) if state.is_finished() => Step::Ended,
            Some(_) => Step::Done,
        })
    }

    pub(crate) async fn step_report(&self, trial: TrialId, step: Int, value: f64) -> Result<Step> {
        let (value, kind) = optuna::write_intermediate(value);
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(STEP_REPORT.text)
            .bind(trial.0)
            .bind(step)
            .bind(value)
            .bind(kind)
            .fetch_one(&mut lease.connection)
            .await;
        Ok(done(self.settle(lease, STEP_REPORT.name, result)?))
    }

    pub(crate) async fn step_trial_attribute(
        &self,
        trial: TrialId,
        which: Attrs,
        key: &str,
        json: &str,
    ) -> Result<Step> {
        let statement = STEP_TRIAL_ATTRIBUTE.text.replace("{table}", table(which));
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(AssertSqlSafe(statement))
            .bind(trial.0)
            .bind(key)
            .bind(json)
            .fetch_one(&mut lease.connection)
            .await;
        Ok(done(self.settle(
            lease,
            STEP_TRIAL_ATTRIBUTE.name,
            result,
        )?))
    }

    pub(in crate::storage) async fn step_state(
        &self,
        trial: TrialId,
        state: TrialState,
        values: &[f64],
        at: NaiveDateTime,
    ) -> Result<Option<Before>> {
        let (values, kinds) = value_columns(values);
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(STEP_STATE.text)
            .bind(trial.0)
            .bind(state.as_str())
            .bind(at)
            .bind(values)
            .bind(kinds)
            .fetch_optional(&mut lease.connection)
            .await;
        type Columns = (bool, String, Option<NaiveDateTime>, Option<NaiveDateTime>);
        let row: Option<Columns> = self.settle(lease, STEP_STATE.name, result)?;
        Ok(row.map(|(changed, state, started, completed)| Before {
            changed,
            state,
            started: started.map(Ok),
            completed: completed.map(Ok),
        }))
    }
}

/// What became of something new, with the transaction that made it.
fn committed(result: Result<()>, made: Option<(Int, i64)>, lost: bool) -> Result<Made> {
    match (result, made) {
        (Ok(()), Some((id, _))) => Ok(Made::Yes(id)),
        (Ok(()), None) => Ok(Made::No),
        (Err(error), Some((id, transaction))) if lost => Ok(Made::Unanswered {
            id,
            transaction,
            error,
        }),
        (Err(error), _) => Err(error),
    }
}

fn done((found, open): (Option<Int>, i64)) -> Step {
    match (found, open) {
        (None, _) => Step::Gone,
        (Some(_), 0) => Step::Ended,
        _ => Step::Done,
    }
}
