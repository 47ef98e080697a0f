//! A study's history in this process: read once, then kept up with what is new.

use std::borrow::Cow;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::Mutex;

use super::ledger::{Ledger, Sight};
use crate::error::Result;
use crate::params::aliases::Aliases;
use crate::sampler::History;
use crate::space::Direction;
use crate::storage::{NewsQuery, Storage, StudyRow};
use crate::trial::FrozenTrial;

/// How many new trials are read at once: bounds the memory while a worker joins a large study.
pub(in crate::study) const BATCH: usize = 5000;

/// The history that the workers of one study handle share.
#[derive(Debug)]
pub(in crate::study) struct Feed {
    ledger: Mutex<Ledger>,
    history: RwLock<History>,
    aliases: Aliases,
}

impl Feed {
    /// The history of trials that older versions stored under `aliases`, too.
    pub(in crate::study) fn new(directions: &[Direction], aliases: Aliases) -> Self {
        Self {
            ledger: Mutex::default(),
            history: RwLock::new(History::new(directions)),
            aliases,
        }
    }

    /// Reads what is new since the last look; the number that the next trial will get.
    pub(in crate::study) async fn refresh(
        &self,
        storage: &Storage,
        study: &StudyRow,
    ) -> Result<i32> {
        let mut ledger = self.ledger.lock().await;
        loop {
            let query = NewsQuery {
                after: ledger.after(),
                most: BATCH,
                open: ledger.open(),
                anchor: ledger.anchor(),
            };
            let mut trials = storage.load_news(study, &query).await?;
            if ledger.is_contradicted_by(trials.iter().map(Sight::of)) {
                tracing::warn!(
                    "the database lost trials of this study; all of them are read again"
                );
                *ledger = Ledger::default();
                self.write().clear();
                continue;
            }
            let new = trials.iter().filter(|trial| trial.id.0 > query.after);
            let is_last = new.count() < BATCH;
            trials.retain(|trial| trial.id.0 != query.anchor);
            self.take(&mut ledger, trials);
            if is_last {
                let last = ledger.last_number();
                return Ok(last.map_or(0, |last| last.0.saturating_add(1)));
            }
        }
    }

    /// Takes in trials that ended, and all that run.
    fn take(&self, ledger: &mut Ledger, trials: Vec<FrozenTrial>) {
        let (mut over, mut open) = (Vec::with_capacity(trials.len()), Vec::new());
        for mut trial in trials {
            ledger.see(Sight::of(&trial));
            if let Cow::Owned(params) = self.aliases.translated(&trial.params) {
                trial.params = params;
            }
            let side = match trial.state.is_finished() {
                true => &mut over,
                false => &mut open,
            };
            side.push(trial);
        }
        self.write().update(over, &open);
    }

    /// The history as it was read last.
    pub(in crate::study) fn read(&self) -> RwLockReadGuard<'_, History> {
        self.history.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::study) fn write(&self) -> RwLockWriteGuard<'_, History> {
        self.history.write().unwrap_or_else(PoisonError::into_inner)
    }
}
