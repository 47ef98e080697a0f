//! From a running trial to its pruner's decision.

use std::sync::Mutex;

use super::known::{Finding, Known};
use crate::error::{Error, Result};
use crate::id::{Int, TrialNumber};
use crate::lock::lock;
use crate::optuna;
use crate::pruner::{Curve, Decision, Peer, Peers, Progress, Pruner, Reads, Rungs};
use crate::storage::PeerRow;
use crate::study::DynamicStudy;
use crate::study::asking::ledger::Sight;
use crate::trial::{Attribute, Attributes, FrozenTrial, is_feasible};

/// A study's pruner, and what this process knows of the trials.
#[derive(Debug)]
pub(crate) struct Pruning {
    pruner: Box<dyn Pruner>,
    known: Mutex<Known>,
}

/// What a worker knows of the trial that it runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Own {
    pub(crate) curve: Curve,
    pub(crate) rungs: Rungs,
}

impl Own {
    /// What a queued trial brought.
    pub(crate) fn of(stored: &FrozenTrial) -> Result<Self> {
        let reports = stored.intermediate_values.iter();
        let reports = reports.filter_map(|(step, value)| Some((step_of(Int(*step))?, *value)));
        Ok(Self {
            curve: reports.collect(),
            rungs: rungs(&stored.system_attrs)?,
        })
    }
}

impl Pruning {
    pub(crate) fn new(pruner: Box<dyn Pruner>) -> Self {
        Self {
            pruner,
            known: Mutex::default(),
        }
    }

    /// Asks the pruner. What it needs of other trials is read first; nothing is held while it thinks.
    pub(crate) async fn decide(
        &self,
        study: &DynamicStudy,
        number: TrialNumber,
        own: &Own,
    ) -> Result<Decision> {
        let [direction] = *study.directions() else {
            return Err(study.several_objectives());
        };
        let progress = Progress {
            study: study.name(),
            direction,
            number,
            curve: &own.curve,
            rungs: &own.rungs,
        };
        let peers = if self.pruner.needs_peers(&progress) {
            self.peers(study, number).await?
        } else {
            Peers::default()
        };
        let decision = self.pruner.decide(&progress, &peers);
        tracing::debug!(
            trial = number.0,
            pruner = self.pruner.name(),
            prune = decision.prune,
            "asked the pruner"
        );
        Ok(decision)
    }

    /// The other trials as they are now: those that ended are read once.
    async fn peers(&self, study: &DynamicStudy, own: TrialNumber) -> Result<Peers> {
        let reads = self.pruner.reads();
        loop {
            let question = self.known().question(reads);
            let rows = study
                .storage()
                .load_peers(study.row(), &question.query)
                .await?;
            let findings = rows.into_iter().map(|row| finding(row, reads));
            let findings = findings.collect::<Result<Vec<_>>>()?;
            // `None` if the database lost what it had said before; then all is read again.
            if let Some(mut peers) = self.known().learn(&question, findings) {
                peers.running.retain(|peer| peer.number != own);
                return Ok(peers);
            }
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        lock(&self.known)
    }
}

fn rungs(attributes: &Attributes) -> Result<Rungs> {
    let rung = |(key, attribute): (&String, &Attribute)| {
        let rung = optuna::read_rung(key, attribute.as_json())?;
        let unreadable = |reason| Error::Attribute {
            key: key.clone(),
            reason,
        };
        Some(rung.map_err(unreadable))
    };
    attributes.iter().filter_map(rung).collect()
}

fn finding(row: PeerRow, reads: Reads) -> Result<Finding> {
    let rungs = if reads.rungs {
        rungs(&row.system_attrs)?
    } else {
        Rungs::default()
    };
    let reports = row.reports.into_iter();
    let reports = reports.filter_map(|(step, value)| Some((step_of(step)?, value)));
    Ok(Finding {
        sight: Sight {
            id: row.id,
            number: row.number,
            state: row.state,
            completed: row.completed,
        },
        peer: Peer {
            number: row.number,
            state: row.state,
            value: row.value,
            feasible: is_feasible(&row.system_attrs),
            last_step: row.last_step.and_then(step_of),
            curve: reports.collect(),
            rungs,
        },
    })
}

/// A step as pruners count. Optuna lets nobody report a negative one; one beyond 32 bits, which only an SQLite
/// file can hold, is of no use to them.
fn step_of(stored: Int) -> Option<u32> {
    u32::try_from(stored.0).ok()
}
