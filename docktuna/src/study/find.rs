//! From a database to its studies.

use std::collections::BTreeMap;

use super::{DynamicStudy, Study, StudyBuilder};
use crate::database::OptunaDatabase;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::space::Value;
use crate::tunable::Tunable;

impl OptunaDatabase {
    /// The study `name` for the type `T`, created if it is missing.
    ///
    /// # Errors
    ///
    /// As [`StudyBuilder::open`].
    pub async fn study<T: Tunable>(&self, name: &str) -> Result<Study<T>> {
        self.study_builder(name).open().await
    }

    /// The study `name` for the type `T`, with every option.
    #[must_use]
    pub fn study_builder<T: Tunable>(&self, name: &str) -> StudyBuilder<T> {
        StudyBuilder::new(self.clone(), name)
    }

    /// The study that the type `T` names by `#[tune(study = "x")]`, created if it is missing. Without that
    /// option it does not compile.
    ///
    /// ```
    /// # use docktuna::{OptunaDatabase, Tunable};
    /// #[derive(Tunable)]
    /// #[tune(study = "sentiment")]
    /// struct Train {
    ///     #[tune(range = 1e-5..=1e-1, log)]
    ///     lr: f64,
    /// }
    ///
    /// # async fn example() -> docktuna::Result<()> {
    /// # let db = OptunaDatabase::in_memory();
    /// let study = db.study_of::<Train>().await?;
    /// assert_eq!(study.name(), "sentiment");
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// As [`StudyBuilder::open`].
    pub async fn study_of<T: Tunable>(&self) -> Result<Study<T>> {
        self.study_builder_of().open().await
    }

    /// The study that the type `T` names, with every option.
    #[must_use]
    pub fn study_builder_of<T: Tunable>(&self) -> StudyBuilder<T> {
        self.study_builder(T::study_name())
    }

    /// The existing study `name`, without a struct for its parameters.
    ///
    /// # Errors
    ///
    /// [`Error::StudyNotFound`] with names that look like it.
    pub async fn dynamic_study(&self, name: &str) -> Result<DynamicStudy> {
        Ok(DynamicStudy::new(self.clone(), self.existing(name).await?))
    }

    /// Every study, in the order in which they were created.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn studies(&self) -> Result<Vec<DynamicStudy>> {
        let rows = self.storage().list_studies().await?;
        Ok(rows
            .into_iter()
            .map(|row| DynamicStudy::new(self.clone(), row))
            .collect())
    }

    /// The study in which a trial last started or ended. This is one query, in which the database reads
    /// the times of every trial of every study.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn latest_study(&self) -> Result<Option<DynamicStudy>> {
        let latest = self.storage().latest_study().await?;
        Ok(latest.map(|row| DynamicStudy::new(self.clone(), row)))
    }

    /// The parameters of the best trial of any study, Python's included, as Python shows them. The map is
    /// empty if no trial is complete and feasible.
    ///
    /// # Errors
    ///
    /// [`Error::StudyNotFound`]; [`Error::SeveralObjectives`] if the study has several objectives.
    pub async fn best_params(&self, name: &str) -> Result<BTreeMap<String, Value>> {
        let study = self.dynamic_study(name).await?;
        let params = match study.best_row().await? {
            Some(best) => study.params_of(&best).await?,
            None => return Ok(BTreeMap::new()),
        };
        Ok(params
            .iter()
            .map(|p| (p.name().to_owned(), p.value()))
            .collect())
    }
}
