//! Asking for a trial: numbering under the study's lock.
//!
//! A single trial takes one round trip where the role may create a function of its session (every
//! role may, unless TEMP was revoked on the database). Otherwise, and for several trials at once, it
//! is a transaction: one round trip begins it and locks the row, one makes each trial, one commits.

use chrono::NaiveDateTime;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor, Transaction};

use super::{PgSession, Postgres};
use crate::error::Result;
use crate::id::{StudyId, TrialId, TrialNumber};
use crate::storage::record::{Asked, NewTrial, ParamColumns, StudyRow, TrialKey};
use crate::storage::{Statement, statements};

statements! { "postgres":
    ASK "ask",
    ASK_FUNCTION "ask_function",
    CALL_ASK_FUNCTION "call_ask_function",
    FIRST_SEEN "first_seen",
}

/// (created, claimed or refused; id; number)
type Row = (String, Option<i32>, i32);

/// What a session knows of its function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum AskFunction {
    #[default]
    Untried,
    Created,
    Refused,
}

impl Postgres {
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
        let zone = if beat { Some(self.zone().await?) } else { None };
        let mut lease = self.lease().await?;
        let result = ask(&mut lease, study.id, trials, (limit, started, zone)).await;
        self.settle(lease, ASK.name, result)
    }
}

async fn ask(
    session: &mut PgSession,
    study: StudyId,
    trials: &[NewTrial],
    (limit, started, zone): (i32, NaiveDateTime, Option<&str>),
) -> sqlx::Result<Vec<Asked>> {
    let seen = match session.seen.get(&study) {
        Some(seen) => *seen,
        None => first_seen(&mut session.connection, study).await?,
    };
    let mut ask = Ask {
        study,
        seen,
        limit,
        started,
        zone,
    };
    let asked = match trials {
        [trial] if has_function(session).await => ask.call(&mut session.connection, trial).await?,
        trials => ask.transact(&mut session.connection, trials).await?,
    };
    session.seen.insert(study, ask.seen);
    Ok(asked)
}

async fn first_seen(connection: &mut PgConnection, study: StudyId) -> sqlx::Result<TrialId> {
    let seen = sqlx::query_scalar(FIRST_SEEN.text)
        .bind(study.0)
        .fetch_one(connection)
        .await;
    seen.map(TrialId)
}

/// Creates the session's function at the first call.
async fn has_function(session: &mut PgSession) -> bool {
    if session.ask_function == AskFunction::Untried {
        let create = ASK_FUNCTION.text.replace("{ask.sql}", ASK.text);
        let created = session.connection.execute(AssertSqlSafe(create)).await;
        session.ask_function = match created {
            Ok(_) => AskFunction::Created,
            Err(error) => {
                tracing::debug!(%error, "asking in a transaction, not by a function");
                AskFunction::Refused
            }
        };
    }
    session.ask_function == AskFunction::Created
}

struct Ask<'a> {
    study: StudyId,
    /// A trial up to which no trial waits.
    seen: TrialId,
    limit: i32,
    started: NaiveDateTime,
    /// The zone of heartbeats, if there are any.
    zone: Option<&'a str>,
}

impl Ask<'_> {
    async fn call(
        &mut self,
        connection: &mut PgConnection,
        trial: &NewTrial,
    ) -> sqlx::Result<Vec<Asked>> {
        let row = self.one(CALL_ASK_FUNCTION, connection, trial).await?;
        Ok(row.map(|row| self.asked(row)).into_iter().collect())
    }

    async fn transact(
        &mut self,
        connection: &mut PgConnection,
        trials: &[NewTrial],
    ) -> sqlx::Result<Vec<Asked>> {
        let mut transaction = lock_study(connection, self.study, true).await?;
        let mut asked = Vec::with_capacity(trials.len());
        for trial in trials {
            let Some(row) = self.one(ASK, &mut transaction, trial).await? else {
                transaction.rollback().await?;
                return Ok(Vec::new());
            };
            asked.push(self.asked(row));
            if matches!(asked.last(), Some(Asked::Refused(_))) {
                break;
            }
        }
        if asked.iter().any(|asked| matches!(asked, Asked::Claimed(_))) {
            // A claim that a crash undid would be run a second time.
            transaction
                .execute("SET LOCAL synchronous_commit TO DEFAULT")
                .await?;
        }
        transaction.commit().await?;
        Ok(asked)
    }

    async fn one(
        &self,
        statement: Statement,
        connection: &mut PgConnection,
        trial: &NewTrial,
    ) -> sqlx::Result<Option<Row>> {
        let columns = ParamColumns::from(&trial.params);
        sqlx::query_as(statement.text)
            .bind(self.study.0)
            .bind(self.seen.0)
            .bind(self.started)
            .bind(columns.names)
            .bind(trial.expected)
            .bind(self.limit)
            .bind(columns.values)
            .bind(columns.distributions)
            .bind(self.zone)
            .fetch_optional(connection)
            .await
    }

    fn asked(&mut self, (what, id, number): Row) -> Asked {
        let Some(id) = id.map(TrialId) else {
            return Asked::Refused(number);
        };
        let (study, number, started) = (self.study, TrialNumber(number), self.started);
        let key = TrialKey {
            study,
            id,
            number,
            started,
        };
        // Nothing waited before it, and nothing can have come since: the lock.
        self.seen = id;
        if what == "created" {
            Asked::Created(key)
        } else {
            Asked::Claimed(key)
        }
    }
}

/// Begins a transaction and locks the study's row in one round trip; trials are numbered under this
/// lock, by Optuna too. One that creates trials commits asynchronously, and plans once: planning anew
/// for each `seen` takes longer than the work itself.
pub(super) async fn lock_study(
    connection: &mut PgConnection,
    study: StudyId,
    asynchronous: bool,
) -> sqlx::Result<Transaction<'_, sqlx::Postgres>> {
    let settings = if asynchronous {
        "SET LOCAL synchronous_commit TO off; SET LOCAL plan_cache_mode TO force_generic_plan; "
    } else {
        ""
    };
    // Several statements in one message cannot have bound parameters; an integer needs no escaping.
    connection
        .begin_with(AssertSqlSafe(format!(
            "BEGIN; {settings}SELECT FROM studies WHERE study_id = {} FOR NO KEY UPDATE",
            study.0
        )))
        .await
}
