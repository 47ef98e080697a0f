//! What pruners look at in other trials.

use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

use super::Postgres;
use crate::error::Result;
use crate::id::Int;
use crate::storage::rows::peer::{PeerColumns, PeerQuery, PeerRow};
use crate::storage::rows::record::StudyRow;
use crate::storage::{Statement, statements};

statements! { "postgres":
    LOAD_PEERS "load_peers",
}

impl Postgres {
    /// The rows, or which one is not as Optuna writes it.
    pub(crate) async fn load_peers(
        &self,
        study: &StudyRow,
        query: &PeerQuery,
    ) -> Result<std::result::Result<Vec<PeerRow>, String>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query(LOAD_PEERS.text)
            .bind(study.id.0)
            .bind(&study.name)
            .bind(query.after)
            .bind(&query.ids)
            .bind(query.curves)
            .bind(query.rungs)
            .bind(query.results)
            .bind(query.anchor)
            .try_map(peer)
            .fetch_all(&mut lease.connection)
            .await;
        let rows = self.settle(lease, LOAD_PEERS.name, result)?;
        Ok(rows.into_iter().collect())
    }
}

fn peer(row: PgRow) -> sqlx::Result<std::result::Result<PeerRow, String>> {
    let columns = PeerColumns::from_row(&row)?;
    let steps: Option<Vec<Int>> = row.try_get(7)?;
    let numbers: Option<Vec<Option<f64>>> = row.try_get(8)?;
    let keys: Option<Vec<Option<String>>> = row.try_get(9)?;
    let texts: Option<Vec<Option<String>>> = row.try_get(10)?;
    let reports = steps
        .into_iter()
        .flatten()
        .zip(numbers.into_iter().flatten());
    let attributes = keys.into_iter().flatten().zip(texts.into_iter().flatten());
    Ok(PeerRow::new(columns).and_then(|mut peer| {
        for (step, value) in reports {
            peer.report(step, value)?;
        }
        for (key, json) in attributes {
            peer.attribute(key, json)?;
        }
        Ok(peer)
    }))
}
