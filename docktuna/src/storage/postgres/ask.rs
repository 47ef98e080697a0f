//! Asking for a trial: numbering under the study's lock.
//!
//! A single trial takes one round trip where the session has a function for it. Otherwise, and for
//! several trials at once, it is a transaction: one round trip begins it and locks the row, one makes
//! each trial, one commits.

use chrono::NaiveDateTime;
use sqlx::Executor;

use super::functions::has_function;
use super::link::Link;
use super::{PgSession, Postgres};
use crate::error::Result;
use crate::id::{Int, StudyId, TrialId, TrialNumber};
use crate::storage::rows::record::{Asked, NewTrial, ParamColumns, StudyRow, TrialKey};
use crate::storage::{Statement, statements};

statements! { "postgres":
    ASK "ask",
    ASK_FUNCTION "ask_function",
    CALL_ASK_FUNCTION "call_ask_function",
    FIRST_SEEN "first_seen",
}

/// (created, claimed or refused; id; number)
type Row = (String, Option<Int>, i32);

/// A trial up to which no trial of its study waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    id: TrialId,
    /// When it started, by which an ask makes sure that its row is there: a crash of the server, after
    /// which ids may be handed out again, need not end a connection to a proxy. `None` where the
    /// session has just looked.
    started: Option<NaiveDateTime>,
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
    let mut ask = Ask {
        study,
        seen: session.seen.get(&study).copied(),
        limit,
        started,
        zone,
    };
    let asked = match trials {
        [trial] if has_ask_function(session).await? => {
            ask.call(&mut session.connection, trial).await?
        }
        trials => ask.transact(&mut session.connection, trials).await?,
    };
    if let Some(seen) = ask.seen {
        session.seen.insert(study, seen);
    }
    Ok(asked)
}

async fn has_ask_function(session: &mut PgSession) -> sqlx::Result<bool> {
    let create = || ASK_FUNCTION.text.replace("{ask.sql}", ASK.text);
    has_function(session, |session| &mut session.ask_function, create).await
}

/// Looks for a trial up to which none waits.
async fn first_seen(link: &mut Link, study: StudyId) -> sqlx::Result<Seen> {
    let seen = sqlx::query_scalar(FIRST_SEEN.text)
        .bind(study.0)
        .fetch_one(link)
        .await;
    seen.map(|id| Seen {
        id: TrialId(id),
        started: None,
    })
}

struct Ask<'a> {
    study: StudyId,
    /// None until an ask of this session has brought a trial.
    seen: Option<Seen>,
    limit: i32,
    started: NaiveDateTime,
    /// The zone of heartbeats, if there are any.
    zone: Option<&'a str>,
}

impl Ask<'_> {
    async fn call(&mut self, link: &mut Link, trial: &NewTrial) -> sqlx::Result<Vec<Asked>> {
        let seen = match self.seen {
            Some(seen) => seen,
            None => first_seen(link, self.study).await?,
        };
        let row = self.one(CALL_ASK_FUNCTION, link, trial, seen).await?;
        Ok(row.map(|row| self.asked(row)).into_iter().collect())
    }

    async fn transact(&mut self, link: &mut Link, trials: &[NewTrial]) -> sqlx::Result<Vec<Asked>> {
        lock_study(link, self.study, true).await?;
        let mut asked = Vec::with_capacity(trials.len());
        let mut seen = match self.seen {
            Some(seen) => seen,
            None => first_seen(link, self.study).await?,
        };
        for trial in trials {
            let Some(row) = self.one(ASK, link, trial, seen).await? else {
                break;
            };
            asked.push(self.asked(row));
            if matches!(asked.last(), Some(Asked::Refused(_))) {
                break;
            }
            seen = self.seen.unwrap_or(seen);
        }
        if asked.iter().any(|asked| matches!(asked, Asked::Claimed(_))) {
            // A claim that a crash undid would be run a second time.
            link.execute("SET LOCAL synchronous_commit TO DEFAULT")
                .await?;
        }
        link.commit().await?;
        Ok(asked)
    }

    async fn one(
        &self,
        statement: Statement,
        link: &mut Link,
        trial: &NewTrial,
        seen: Seen,
    ) -> sqlx::Result<Option<Row>> {
        let columns = ParamColumns::from(&trial.params);
        sqlx::query_as(statement.text)
            .bind(self.study.0)
            .bind(seen.id.0)
            .bind(self.started)
            .bind(columns.names)
            .bind(trial.number.expected())
            .bind(self.limit)
            .bind(columns.values)
            .bind(columns.distributions)
            .bind(self.zone)
            .bind(seen.started)
            .fetch_optional(link)
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
        self.seen = Some(Seen {
            id,
            started: Some(started),
        });
        if what == "created" {
            Asked::Created(key)
        } else {
            Asked::Claimed(key)
        }
    }
}

/// Begins a transaction and locks the study's row in one round trip; trials are numbered under this lock, by Optuna
/// too. Its statements are planned once, because to plan for the newest trials of each call takes longer than the work
/// itself. An `asynchronous` one does not wait for the disk: a worker of ours notices that its new trial was lost.
pub(super) async fn lock_study(
    link: &mut Link,
    study: StudyId,
    asynchronous: bool,
) -> sqlx::Result<()> {
    let settings = if asynchronous {
        "SET LOCAL synchronous_commit TO off; "
    } else {
        ""
    };
    // Several statements in one message cannot have bound parameters; an integer needs no escaping.
    let lock = format!(
        "{settings}SET LOCAL plan_cache_mode TO force_generic_plan; \
         SELECT FROM studies WHERE study_id = {} FOR NO KEY UPDATE",
        study.0
    );
    link.begin(&lock).await
}
