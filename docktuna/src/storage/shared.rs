//! The operations that read the same on both databases: one statement, one answer.
//!
//! They are a macro, because the driver's types differ where the text does not. Statements and row
//! types are those of the module that calls it.

/// Writes the shared operations of `$database`, which has `lease` and `settle`.
macro_rules! shared_operations {
    ($database:ident) => {
        impl $database {
            pub(crate) fn usage(&self) -> crate::storage::Usage {
                self.pool.usage()
            }

            pub(crate) async fn existing_tables(&self, wanted: &[&str]) -> Result<Vec<String>> {
                let mut lease = self.lease().await?;
                let result = existing_tables(&mut lease.connection, wanted).await;
                self.settle(lease, EXISTING_TABLES.name, result)
            }

            pub(crate) async fn revisions(&self) -> Result<Vec<String>> {
                let mut lease = self.lease().await?;
                let result = sqlx::query_scalar(REVISIONS.text)
                    .fetch_all(&mut lease.connection)
                    .await;
                self.settle(lease, REVISIONS.name, result)
            }

            pub(crate) async fn list_studies(&self) -> Result<Vec<StudyRow>> {
                let mut lease = self.lease().await?;
                let result = sqlx::query_as(LIST_STUDIES.text)
                    .fetch_all(&mut lease.connection)
                    .await;
                Ok(self
                    .settle(lease, LIST_STUDIES.name, result)?
                    .into_iter()
                    .map(study_row)
                    .collect())
            }

            pub(crate) async fn study_names(&self) -> Result<Vec<String>> {
                let mut lease = self.lease().await?;
                let result = sqlx::query_scalar(STUDY_NAMES.text)
                    .fetch_all(&mut lease.connection)
                    .await;
                self.settle(lease, STUDY_NAMES.name, result)
            }

            pub(crate) async fn count_studies(&self) -> Result<i64> {
                let mut lease = self.lease().await?;
                let result = sqlx::query_scalar(COUNT_STUDIES.text)
                    .fetch_one(&mut lease.connection)
                    .await;
                self.settle(lease, COUNT_STUDIES.name, result)
            }

            pub(crate) async fn latest_study(&self) -> Result<Option<StudyRow>> {
                let mut lease = self.lease().await?;
                let result = sqlx::query_as(LATEST_STUDY.text)
                    .fetch_optional(&mut lease.connection)
                    .await;
                Ok(self
                    .settle(lease, LATEST_STUDY.name, result)?
                    .map(study_row))
            }

            pub(crate) async fn count_states(&self, study: StudyId) -> Result<StateCounts> {
                let mut lease = self.lease().await?;
                let result = sqlx::query_as(COUNT_STATES.text)
                    .bind(study.0)
                    .fetch_all(&mut lease.connection)
                    .await;
                Ok(crate::storage::state_counts(self.settle(
                    lease,
                    COUNT_STATES.name,
                    result,
                )?))
            }

            pub(crate) async fn study_attributes(
                &self,
                study: StudyId,
                which: Attrs,
            ) -> Result<Vec<(Option<String>, Option<String>)>> {
                let statement = match which {
                    Attrs::User => STUDY_USER_ATTRIBUTES,
                    Attrs::System => STUDY_SYSTEM_ATTRIBUTES,
                };
                let mut lease = self.lease().await?;
                let result = sqlx::query_as(statement.text)
                    .bind(study.0)
                    .fetch_all(&mut lease.connection)
                    .await;
                self.settle(lease, statement.name, result)
            }

            pub(crate) async fn recorded_search(
                &self,
                study: StudyId,
            ) -> Result<Vec<(String, Option<String>)>> {
                let mut lease = self.lease().await?;
                let result = sqlx::query_as(RECORDED_SEARCH.text)
                    .bind(study.0)
                    .fetch_all(&mut lease.connection)
                    .await;
                self.settle(lease, RECORDED_SEARCH.name, result)
            }

            pub(crate) async fn set_study_attribute(
                &self,
                study: &StudyRow,
                which: Attrs,
                key: &str,
                json: &str,
            ) -> Result<bool> {
                let statement = match which {
                    Attrs::User => SET_STUDY_USER_ATTRIBUTE,
                    Attrs::System => SET_STUDY_SYSTEM_ATTRIBUTE,
                };
                let mut lease = self.lease().await?;
                let result = sqlx::query(statement.text)
                    .bind(study.id.0)
                    .bind(key)
                    .bind(json)
                    .bind(&study.name)
                    .execute(&mut lease.connection)
                    .await;
                Ok(self.settle(lease, statement.name, result)?.rows_affected() > 0)
            }

            pub(crate) async fn has_study(&self, study: &StudyRow) -> Result<bool> {
                let mut lease = self.lease().await?;
                let result = sqlx::query_scalar(HAS_STUDY.text)
                    .bind(study.id.0)
                    .bind(&study.name)
                    .fetch_one(&mut lease.connection)
                    .await;
                Ok(self.settle::<i64>(lease, HAS_STUDY.name, result)? > 0)
            }
        }
    };
}
pub(super) use shared_operations;
