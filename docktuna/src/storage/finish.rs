//! The end of a trial: a result that was told is never lost, and never lands on another trial's row.

use super::rows::record::{Ended, Ids, Outcome, StudyRow, TrialKey, WholeTrial};
use super::{Storage, once, repeat};
use crate::error::Result;
use crate::id::{TrialId, TrialNumber, TrialState};
use crate::params::Params;

/// What became of a result.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Finished {
    /// It stands in the trial's row.
    Recorded,
    /// It does, and the trial is in the queue again.
    Retried,
    /// The trial's row was lost in a crash of the server; the result stands in a new one.
    Moved(TrialId, TrialNumber),
    /// The trial was over already.
    Closed(TrialState),
    /// The study is gone, or somebody deleted the trial.
    Gone,
}

impl Storage {
    /// Ends a trial.
    ///
    /// A result that was told is never lost: the statement is repeated until it is answered, for
    /// minutes if need be, it is recognised when an unanswered try had been carried out, and where the
    /// trial's row was lost in a crash of the server, the trial is written anew. Nor does it ever land
    /// on another trial's row: the statement names all that makes the row this trial's. In a file, where
    /// only somebody who deletes it loses a row, a trial without one is gone.
    pub(crate) async fn finish(
        &self,
        study: &StudyRow,
        key: &TrialKey,
        params: &Params,
        outcome: &Outcome,
    ) -> Result<Finished> {
        repeat::repeat(repeat::TRIAL_PATIENCE, async |_| {
            let finishing = async || self.finish_once(study, key, params, outcome).await;
            repeat::in_time("finish_trial", finishing).await
        })
        .await
    }

    async fn finish_once(
        &self,
        study: &StudyRow,
        key: &TrialKey,
        params: &Params,
        outcome: &Outcome,
    ) -> Result<Finished> {
        match once!(self.finish_trial(key, params, outcome))? {
            Ended::Retried => return Ok(Finished::Retried),
            Ended::Yes => return Ok(Finished::Recorded),
            Ended::No => (),
        }
        let row = self.load_trials(study, Ids::one(key.id)).await?.pop();
        let Some(row) = row.filter(|row| row.number == key.number) else {
            // SQLite hands out all ids again, so that a new study may have this one's.
            if self.keeps_commits() {
                return Ok(Finished::Gone);
            }
            return self.move_result(study, key, params, outcome).await;
        };
        let ours = row.datetime_start == Some(key.started)
            && params
                .iter()
                .all(|mine| row.params.get(mine.name()) == Some(mine));
        match (ours, row.datetime_complete) {
            (true, Some(at)) if at == outcome.at => Ok(Finished::Recorded),
            (true, _) => Ok(Finished::Closed(row.state)),
            // A file loses nothing, so that this is the same trial, which Python has claimed again.
            (false, _) if self.keeps_commits() => Ok(Finished::Closed(row.state)),
            (false, _) => self.move_result(study, key, params, outcome).await,
        }
    }

    /// Writes a result into a new row, because the trial's own is lost.
    async fn move_result(
        &self,
        study: &StudyRow,
        key: &TrialKey,
        params: &Params,
        outcome: &Outcome,
    ) -> Result<Finished> {
        // An earlier try may have done it without an answer.
        let rows = self.started_at(study, key.started).await?;
        let moved = rows
            .into_iter()
            .find(|row| row.completed == Some(outcome.at));
        if let Some(moved) = moved {
            return Ok(Finished::Moved(moved.id, moved.number));
        }
        let whole = WholeTrial {
            state: Some(outcome.state),
            started: Some(key.started),
            completed: Some(outcome.at),
            params: params.clone(),
            values: outcome.values.clone(),
            system_attrs: outcome.system_attrs.clone(),
            user_attrs: outcome.user_attrs.clone(),
            reports: Vec::new(),
        };
        let added = once!(self.add_trial(study, &whole))?;
        Ok(added.map_or(Finished::Gone, |(id, number)| Finished::Moved(id, number)))
    }
}
