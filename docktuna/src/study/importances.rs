//! Which parameters of a study mattered.

use super::DynamicStudy;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::id::TrialState;
use crate::importance::{Importance, importances};
use crate::storage::{Detail, TrialQuery};

impl DynamicStudy {
    /// How much each parameter mattered for the result, the most important one first, by PED-ANOVA: see
    /// [`importances`]. Reads the parameters and results of all complete trials.
    ///
    /// # Errors
    ///
    /// [`Error::SeveralObjectives`]: [`importances_for`](Self::importances_for) looks at one of them.
    pub async fn importances(&self) -> Result<Vec<Importance>> {
        match self.directions() {
            [_] => self.importances_for(0).await,
            _ => Err(self.several_objectives()),
        }
    }

    /// How much each parameter mattered for one objective, counted from 0. An objective that the study does not
    /// have has no importances.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] with the row that is not as Optuna writes it.
    pub async fn importances_for(&self, objective: usize) -> Result<Vec<Importance>> {
        let Some(direction) = self.directions().get(objective) else {
            return Ok(Vec::new());
        };
        let complete = TrialQuery {
            states: vec![TrialState::Complete],
            ..TrialQuery::default()
        };
        let mut trials = Vec::new();
        let mut pages = self.pages(&complete, Detail::Results).await?;
        while let Some(page) = pages.next_page().await? {
            trials.extend(page);
        }
        Ok(importances(&trials, objective, *direction))
    }
}
