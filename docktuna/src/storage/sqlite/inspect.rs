//! Whether a file can be written, and how trials are kept alive.

use super::{Sqlite, write};
use crate::error::{Error, Result};
use crate::storage::inspect::{Purpose, Right, Server};
use crate::storage::{Statement, statements};

statements! { "sqlite":
    BEATS "beats",
}

impl Sqlite {
    /// A file is written to as a whole or not at all. The lock for that is taken and given back.
    pub(crate) async fn rights(&self) -> Result<Vec<Right>> {
        let read_only = self.file.as_ref().is_some_and(|f| f.access.is_read_only());
        let granted = if read_only || self.frozen {
            false
        } else {
            let mut lease = self.lease().await?;
            let result = async {
                let transaction = write(&mut lease.connection).await?;
                transaction.rollback().await
            };
            let result = result.await;
            match self.settle(lease, "begin", result) {
                Ok(()) => true,
                Err(Error::Privilege { .. }) => false,
                Err(error) => return Err(error),
            }
        };
        let right = |purpose, name: &str| Right {
            purpose,
            name: name.to_owned(),
            granted,
        };
        Ok(vec![
            right(Purpose::Tune, "writing to the file"),
            right(Purpose::Delete, "writing to the file"),
            right(Purpose::Create, "writing to the file"),
        ])
    }

    #[allow(clippy::unused_async, reason = "the twin of PostgreSQL's")]
    pub(crate) async fn server(&self) -> Result<Option<Server>> {
        Ok(None)
    }

    /// (running, with heartbeats, the longest silence in seconds)
    pub(crate) async fn beats(&self) -> Result<(i64, i64, Option<f64>)> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(BEATS.text)
            .fetch_one(&mut lease.connection)
            .await;
        self.settle(lease, BEATS.name, result)
    }
}
