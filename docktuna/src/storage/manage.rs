//! Studies renamed and deleted.

use super::connection::failure;
use super::{Storage, StudyRow, once, repeated};
use crate::error::Result;

/// The tables whose rows belong to a trial, and those whose rows belong to a study; what refers to a row comes
/// before it.
pub(in crate::storage) const OF_TRIALS: &[&str] = &[
    "trial_heartbeats",
    "trial_intermediate_values",
    "trial_values",
    "trial_params",
    "trial_system_attributes",
    "trial_user_attributes",
];
pub(in crate::storage) const OF_STUDIES: &[&str] = &[
    "trials",
    "study_system_attributes",
    "study_user_attributes",
    "study_directions",
];

/// What became of a new name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Renamed {
    Done,
    /// Another study has the name.
    Taken,
    /// The study is gone.
    Gone,
}

impl Storage {
    /// Deletes a study and all that belongs to it, in one transaction; false if it is not there.
    pub(crate) async fn delete_study(&self, study: &StudyRow) -> Result<bool> {
        repeated!(self.delete_study(study))
    }

    /// Gives a study another name.
    pub(crate) async fn rename_study(&self, study: &StudyRow, name: &str) -> Result<Renamed> {
        match repeated!(self.rename_study(study, name)) {
            Ok(true) => Ok(Renamed::Done),
            // Or the answer to an earlier try was lost.
            Ok(false) => {
                let renamed = StudyRow {
                    name: name.to_owned(),
                    ..study.clone()
                };
                let is_done = self.has_study(&renamed).await?;
                Ok(if is_done {
                    Renamed::Done
                } else {
                    Renamed::Gone
                })
            }
            Err(error) if failure::is_race(&error) => Ok(Renamed::Taken),
            Err(error) => Err(error),
        }
    }
}
