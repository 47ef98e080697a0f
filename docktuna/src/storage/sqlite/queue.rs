//! The queue of a study: the trials that wait for a worker.

use std::collections::HashMap;
use std::sync::MutexGuard;
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;
use sqlx::sqlite::SqliteConnection;

use super::{Sqlite, datetime};
use crate::id::{Int, StudyId, TrialId};
use crate::lock::lock;
use crate::storage::{Statement, statements};

statements! { "sqlite":
    CLAIM "claim",
}

/// How long what is known of a queue is relied on, at least. A look at all trials heals what nobody does: a trial put
/// back into the queue, a study deleted and made again under its old id.
const TRUST: Duration = Duration::from_secs(1);

/// And how many times as long as that look took, so that in a large study it takes a hundredth of the time at most.
const TRUST_PER_LOOK: u32 = 100;

/// What is known of the queue of a study. A claim takes the oldest waiting trial, a new trial is made when there
/// is none, and ids ascend: up to the last trial that an ask returned nothing waits.
#[derive(Clone, Copy)]
pub(super) struct Queue {
    served: Int,
    since: Instant,
    trust: Duration,
}

impl Queue {
    pub(super) fn is_served_up_to(&mut self, trial: TrialId) {
        self.served = trial.0;
    }

    /// Claims the oldest trial whose number is below `limit`, in the caller's transaction: id and number.
    pub(super) async fn claim(
        &mut self,
        connection: &mut SqliteConnection,
        study: StudyId,
        limit: i32,
        started: NaiveDateTime,
    ) -> sqlx::Result<Option<(Int, i32)>> {
        let began = Instant::now();
        let claimed = sqlx::query_as(CLAIM.text)
            .bind(study.0)
            .bind(datetime(started))
            .bind(limit)
            .bind(self.served)
            .fetch_optional(connection)
            .await?;
        if self.served == Int(0) {
            self.trust = TRUST.max(began.elapsed() * TRUST_PER_LOOK);
        }
        Ok(claimed)
    }
}

impl Sqlite {
    pub(super) fn queue_of(&self, study: StudyId) -> Queue {
        let known = self.queues().get(&study).copied();
        let fresh = known.filter(|queue| queue.since.elapsed() < queue.trust);
        fresh.unwrap_or_else(|| Queue {
            served: Int(0),
            since: Instant::now(),
            trust: TRUST,
        })
    }

    /// Keeps what a transaction found out that was committed.
    pub(super) fn remember(&self, study: StudyId, queue: Queue) {
        self.queues().insert(study, queue);
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<StudyId, Queue>> {
        lock(&self.queues)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a claim looks at does not grow with the study.
    #[tokio::test]
    async fn the_queue_is_looked_up_behind_what_is_served() {
        let sqlite = Sqlite::in_memory();
        sqlite.create_tables(&[]).await.unwrap();
        let mut lease = sqlite.lease().await.unwrap();
        let plan = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", CLAIM.text));
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(plan)
            .fetch_all(&mut lease.connection)
            .await
            .unwrap();
        let steps: Vec<&str> = plan.iter().map(|(.., step)| step.as_str()).collect();
        let by_id = |step: &&str| step.contains("ix_trials_study_id (study_id=? AND rowid>?)");
        assert!(steps.iter().any(by_id), "{steps:?}");
        assert!(
            steps.iter().all(|step| !step.starts_with("SCAN")),
            "{steps:?}"
        );
    }
}
