//! The trials of a study a page at a time, so that a large study needs no more memory than a small one.

use super::DynamicStudy;
use crate::error::Result;
use crate::id::{TrialId, TrialState};
use crate::storage::{Detail, TrialQuery};
use crate::trial::FrozenTrial;

/// How many trials are read at once.
const PAGE: usize = 1000;

/// Pages of a study's trials. Which trials, and their order, is settled when it is made; each page holds its
/// trials as they are when it is read.
#[derive(Debug)]
pub(crate) struct Pages {
    study: DynamicStudy,
    ids: std::vec::IntoIter<TrialId>,
    states: Vec<TrialState>,
    detail: Detail,
}

impl DynamicStudy {
    /// The trial with this number.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`](crate::Error::Unreadable) with the row that is not as Optuna writes it.
    pub async fn trial(&self, number: i32) -> Result<Option<FrozenTrial>> {
        let id = self.storage().numbered(self.row().id, number).await;
        let Some(id) = self.unless_deleted(id, Option::is_none).await? else {
            return Ok(None);
        };
        let trials = self
            .storage()
            .load_listed(self.row(), &[id], Detail::All)
            .await?;
        Ok(trials.into_iter().next())
    }

    /// The ids of the trials that reported a value.
    #[cfg_attr(
        not(feature = "cli"),
        allow(dead_code, reason = "only a page for people shows them")
    )]
    pub(crate) async fn reported(&self) -> Result<Vec<TrialId>> {
        let ids = self.storage().reported(self.row()).await;
        self.unless_deleted(ids, Vec::is_empty).await
    }

    /// Some trials with everything that is stored of them.
    #[cfg_attr(
        not(feature = "cli"),
        allow(dead_code, reason = "only a page for people shows them")
    )]
    pub(crate) async fn listed(&self, ids: &[TrialId]) -> Result<Vec<FrozenTrial>> {
        let trials = self
            .storage()
            .load_listed(self.row(), ids, Detail::All)
            .await;
        self.unless_deleted(trials, |trials| trials.len() < ids.len())
            .await
    }

    /// The trials that a query finds.
    pub(crate) async fn pages(&self, query: &TrialQuery, detail: Detail) -> Result<Pages> {
        let ids = self.storage().trial_ids(self.row(), query).await;
        let ids = self.unless_deleted(ids, Vec::is_empty).await?;
        Ok(Pages {
            study: self.clone(),
            ids: ids.into_iter(),
            states: query.states.clone(),
            detail,
        })
    }
}

impl Pages {
    /// The next trials; none at the end. Those that have changed into a state that was not asked for are missing.
    pub(crate) async fn next_page(&mut self) -> Result<Option<Vec<FrozenTrial>>> {
        let ids: Vec<TrialId> = self.ids.by_ref().take(PAGE).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let study = &self.study;
        let trials = study
            .storage()
            .load_listed(study.row(), &ids, self.detail)
            .await;
        let mut trials = study
            .unless_deleted(trials, |trials| trials.len() < ids.len())
            .await?;
        trials.retain(|trial| self.states.contains(&trial.state));
        Ok(Some(trials))
    }
}
