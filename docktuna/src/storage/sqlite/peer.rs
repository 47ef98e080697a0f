//! What pruners look at in other trials.

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::Sqlite;
use crate::error::Result;
use crate::id::Int;
use crate::optuna;
use crate::optuna::moment::{moment, read_moment};
use crate::storage::rows::assemble::{AttributeRow, NumberRow};
use crate::storage::rows::peer::{PeerColumns, PeerQuery, PeerRow};
use crate::storage::rows::record::StudyRow;
use crate::storage::{Statement, statements};

statements! { "sqlite":
    LOAD_PEERS "load_peers",
    LOAD_PEER_ATTRIBUTES "load_peer_attributes",
    LOAD_PEER_REPORTS "load_peer_reports",
}

impl Sqlite {
    /// The rows, or which one is not as Optuna writes it.
    pub(crate) async fn load_peers(
        &self,
        study: &StudyRow,
        query: &PeerQuery,
    ) -> Result<std::result::Result<Vec<PeerRow>, String>> {
        let mut lease = self.lease().await?;
        let result = async {
            // One snapshot for all.
            let mut transaction = lease.connection.begin().await?;
            let rows = load(&mut transaction, study, query).await?;
            transaction.commit().await?;
            Ok(rows)
        }
        .await;
        let rows = self.settle(lease, LOAD_PEERS.name, result)?;
        Ok(assemble(rows))
    }
}

type Rows = (Vec<PeerColumns<String>>, Vec<NumberRow>, Vec<AttributeRow>);

async fn load(
    connection: &mut SqliteConnection,
    study: &StudyRow,
    query: &PeerQuery,
) -> sqlx::Result<Rows> {
    // Whole numbers survive as JSON.
    let ids: Vec<String> = query.ids.iter().map(ToString::to_string).collect();
    let ids = format!("[{}]", ids.join(","));
    let trials = sqlx::query_as(LOAD_PEERS.text)
        .bind(study.id.0)
        .bind(&study.name)
        .bind(query.after)
        .bind(&ids)
        .bind(query.curves)
        .bind(query.results)
        .bind(query.anchor)
        .fetch_all(&mut *connection)
        .await?;
    let (mut reports, mut attributes) = (Vec::new(), Vec::new());
    if query.curves {
        reports = sqlx::query_as(LOAD_PEER_REPORTS.text)
            .bind(study.id.0)
            .bind(query.after)
            .bind(&ids)
            .fetch_all(&mut *connection)
            .await?;
    }
    if query.rungs || query.results {
        attributes = sqlx::query_as(LOAD_PEER_ATTRIBUTES.text)
            .bind(study.id.0)
            .bind(query.after)
            .bind(&ids)
            .bind(query.rungs)
            .bind(query.results)
            .fetch_all(&mut *connection)
            .await?;
    }
    Ok((trials, reports, attributes))
}

fn assemble((trials, reports, attributes): Rows) -> std::result::Result<Vec<PeerRow>, String> {
    let mut peers = Vec::with_capacity(trials.len());
    for (id, number, state, completed, value, kind, last_step) in trials {
        let completed = completed.map(read_moment);
        let completed = moment(completed, || format!("the end of the trial with id {id}"))?;
        let columns = (id, number, state, completed, value, kind, last_step);
        peers.push(PeerRow::new(columns)?);
    }
    // They are in the order of their ids.
    let find = |peers: &[PeerRow], id: Int| peers.binary_search_by_key(&id, |peer| peer.id.0).ok();
    for (id, step, value, kind) in reports {
        if let Some(at) = find(&peers, id) {
            peers[at].report(step, optuna::read_intermediate(value, &kind))?;
        }
    }
    for (id, key, json) in attributes {
        if let Some(at) = find(&peers, id) {
            peers[at].attribute(key, json)?;
        }
    }
    Ok(peers)
}
