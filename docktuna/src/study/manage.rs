//! What is done to a study as a whole.

use std::time::Duration;

use super::DynamicStudy;
use crate::error::{Error, Result};
use crate::id::TrialNumber;
use crate::near::near_names;
use crate::optuna::{self, keys};
use crate::outline::{EntryKind, SpaceOutline};
use crate::space::Value;
use crate::space::distribution::Distribution;
use crate::storage::{Renamed, StoredParam, WholeTrial};

impl DynamicStudy {
    /// Deletes the study and everything that belongs to it: trials, parameters, results, reports, attributes and
    /// heartbeats. No error says that somebody else was faster. A worker that has the study open gets
    /// [`Error::StudyDeleted`].
    ///
    /// # Errors
    ///
    /// [`Error::Privilege`] without the right to delete rows; nothing was deleted then.
    ///
    /// # Cancel safety
    ///
    /// The study is there as a whole, or gone.
    pub async fn delete(self) -> Result<()> {
        self.storage().delete_study(self.row()).await.map(drop)
    }

    /// Gives the study another name, and returns it under that name. A worker that has it open under the old name
    /// gets [`Error::StudyDeleted`], in an SQLite file at its next ask, on PostgreSQL when it looks for it by name.
    ///
    /// # Errors
    ///
    /// [`Error::StudyExists`] if a study has the name, [`Error::StudyName`] if it is too long.
    ///
    /// # Cancel safety
    ///
    /// The study has the old name or the new one.
    pub async fn rename(self, name: &str) -> Result<Self> {
        let name = name.to_owned();
        if name.chars().count() > keys::LONGEST {
            return Err(Error::StudyName { name });
        }
        match self.storage().rename_study(self.row(), &name).await? {
            Renamed::Done => self.database().dynamic_study(&name).await,
            Renamed::Taken => Err(Error::StudyExists { name }),
            Renamed::Gone => Err(self.row().deleted()),
        }
    }

    /// Fails the running trials that have sent no heartbeat for longer than `grace`, and returns how many. A trial
    /// that never sent one is left alone: nothing tells whether somebody works on it.
    ///
    /// Processes that tune with heartbeats do that by themselves.
    ///
    /// # Errors
    ///
    /// If the database fails.
    ///
    /// # Cancel safety
    ///
    /// Some of the trials may have been failed.
    pub async fn fail_stale(&self, grace: Duration) -> Result<usize> {
        let swept = self
            .storage()
            .fail_stale(self.row(), grace, self.retries(), &mut None)
            .await;
        let swept = self
            .unless_deleted(swept, |swept| swept.failed == 0)
            .await?;
        Ok(swept.failed)
    }

    /// Puts a trial into the queue of which some parameters are given; the worker that runs it draws the others.
    ///
    /// What may be given is what the space allows that the study was opened with, or else what trials have.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownParam`] for a name that no trial has yet, [`Error::InvalidValue`] for a value that no trial
    /// could have drawn.
    ///
    /// # Cancel safety
    ///
    /// The trial may or may not have been added; added again, it may be there twice.
    pub async fn enqueue_values(&self, params: &[(&str, Value)]) -> Result<TrialNumber> {
        let known = self.known_params().await?;
        for (name, value) in params {
            let Some((_, distribution)) = known.iter().find(|(known, _)| known == name) else {
                return Err(Error::UnknownParam {
                    param: (*name).to_owned(),
                    type_name: self.name().to_owned(),
                    near: near_names(name, known.iter().map(|(known, _)| known.as_str())),
                });
            };
            if distribution.stored(value).is_none() {
                return Err(Error::InvalidValue {
                    param: (*name).to_owned(),
                    found: value.to_string(),
                    allowed: distribution.to_string(),
                });
            }
        }
        let fixed = params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        self.enqueue_fixed(fixed.collect()).await
    }

    /// What parameters are drawn from: as the space says that the study was opened with, or else as the latest trial
    /// has it.
    pub(crate) async fn known_params(&self) -> Result<Vec<(String, Distribution)>> {
        let mut known = Vec::new();
        for entry in self.recorded_space().await?.unwrap_or_default().entries {
            if let EntryKind::Param { distribution, .. } = entry.kind {
                known.push((entry.name, distribution));
            }
        }
        for StoredParam {
            name, distribution, ..
        } in self.stored_params().await?
        {
            if known.iter().all(|(known, _)| *known != name) {
                known.push((name, distribution));
            }
        }
        Ok(known)
    }

    /// What the trials hold of each parameter.
    pub(crate) async fn stored_params(&self) -> Result<Vec<StoredParam>> {
        let params = self.storage().stored_params(self.row()).await;
        self.unless_deleted(params, Vec::is_empty).await
    }

    /// The space that the study was opened with; none where it was never opened here, or by a later release.
    pub(crate) async fn recorded_space(&self) -> Result<Option<SpaceOutline>> {
        let system = self.system_attrs().await?;
        let user = self.user_attrs().await?;
        let space = [system, user]
            .into_iter()
            .find_map(|mut attributes| attributes.remove(keys::study::SPACE));
        Ok(space.and_then(|space| SpaceOutline::from_json(space.as_json()).ok()))
    }

    /// Puts a trial into the queue whose values were looked at.
    pub(super) async fn enqueue_fixed(&self, fixed: Vec<(String, Value)>) -> Result<TrialNumber> {
        let trial = WholeTrial {
            system_attrs: vec![optuna::write_fixed_params(fixed)],
            ..WholeTrial::default()
        };
        let added = self.storage().add_trial(self.row(), &trial).await?;
        added
            .map(|(_, number)| number)
            .ok_or_else(|| self.row().deleted())
    }
}
