//! A study's history in this process: read once, then kept up with what is new.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::Mutex;

use super::ledger::{Ledger, Sight};
use super::own::OwnTrials;
use crate::error::Result;
use crate::params::Params;
use crate::params::aliases::Aliases;
use crate::sampler::History;
use crate::space::Direction;
use crate::storage::{News, NewsQuery, Storage, StudyRow, TrialKey};
use crate::trial::FrozenTrial;

/// How many new trials are read at once: bounds the memory while a worker joins a large study.
pub(in crate::study) const BATCH: usize = 5000;

/// The history that the workers of one study handle share.
#[derive(Debug)]
pub(in crate::study) struct Feed {
    looks: Mutex<Looks>,
    /// How many looks have begun.
    begun: AtomicU64,
    own: OwnTrials,
    history: RwLock<History>,
    aliases: Aliases,
}

/// What was seen until now.
#[derive(Debug, Default)]
struct Looks {
    ledger: Ledger,
    /// The last look that came to its end.
    done: u64,
}

impl Feed {
    /// The history of trials that older versions stored under `aliases`, too.
    pub(in crate::study) fn new(directions: &[Direction], aliases: Aliases) -> Self {
        Self {
            looks: Mutex::default(),
            begun: AtomicU64::default(),
            own: OwnTrials::default(),
            history: RwLock::new(History::new(directions)),
            aliases,
        }
    }

    /// Notes a trial that an ask of this process has made, so that its parameters need not be read.
    pub(in crate::study) fn note(&self, key: &TrialKey, params: &Params) {
        self.own.note(key, params);
    }

    /// Reads what is new since the last look; the number that the next trial will get.
    ///
    /// Of callers that wait for each other one looks for all: what another one read shows all that there was when
    /// this call began, if it began to read later.
    pub(in crate::study) async fn refresh(
        &self,
        storage: &Storage,
        study: &StudyRow,
    ) -> Result<i32> {
        let before = self.begun.load(Ordering::Acquire);
        let mut looks = self.looks.lock().await;
        if looks.done <= before {
            let look = self.begun.fetch_add(1, Ordering::AcqRel) + 1;
            self.look(&mut looks.ledger, storage, study).await?;
            looks.done = look;
        }
        let last = looks.ledger.last_number();
        Ok(last.map_or(0, |last| last.0.saturating_add(1)))
    }

    async fn look(&self, ledger: &mut Ledger, storage: &Storage, study: &StudyRow) -> Result<()> {
        loop {
            let query = NewsQuery {
                after: ledger.after(),
                most: BATCH,
                open: ledger.open(),
                anchor: ledger.anchor(),
                own: self.own.starts(),
            };
            let News { mut trials, own } = storage.load_news(study, &query).await?;
            if ledger.is_contradicted_by(trials.iter().map(Sight::of)) {
                tracing::warn!(
                    "the database lost trials of this study; all of them are read again"
                );
                *ledger = Ledger::default();
                self.own.clear();
                self.write().clear();
                continue;
            }
            let new = trials.iter().filter(|trial| trial.id.0 > query.after);
            let is_last = new.count() < BATCH;
            trials.retain(|trial| trial.id.0 != query.anchor);
            self.own.complete(&mut trials, &query.own, &own);
            self.take(ledger, trials);
            if is_last {
                return Ok(());
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
