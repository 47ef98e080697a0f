//! A study's history in this process: read once, then kept up with what is new.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::Mutex;

use crate::aliases::Aliases;
use crate::error::Result;
use crate::id::TrialState;
use crate::sampler::History;
use crate::space::Direction;
use crate::storage::{Storage, StudyRow};

/// How many new trials are read at once: bounds the memory while a worker joins a large study.
pub(super) const BATCH: usize = 5000;

/// The history that the workers of one study handle share.
#[derive(Debug)]
pub(super) struct Feed {
    seen: Mutex<Seen>,
    history: RwLock<History>,
    aliases: Aliases,
}

/// What of the study's rows was read.
#[derive(Debug, Default)]
struct Seen {
    /// A trial up to which all rows were seen.
    mark: i32,
    /// The trials up to there that were not over, by id, with their numbers: they are read again.
    open: HashMap<i32, i32>,
    /// The largest number of a trial that is over.
    last: Option<i32>,
}

impl Feed {
    /// The history of trials that older versions stored under `aliases`, too.
    pub(super) fn new(directions: &[Direction], aliases: Aliases) -> Self {
        Self {
            seen: Mutex::default(),
            history: RwLock::new(History::new(directions)),
            aliases,
        }
    }

    /// Reads what is new since the last look; the number that the next trial will get.
    ///
    /// Trials become visible in the order of their ids, but end in any order. A crash of the server
    /// may take running trials away and hand their ids out again: what was open is therefore looked
    /// for by its id and taken as it is now, and where one is gone, the mark goes back before it.
    pub(super) async fn refresh(&self, storage: &Storage, study: &StudyRow) -> Result<i32> {
        let mut seen = self.seen.lock().await;
        let mut mark = seen.mark;
        let mut open: Vec<i32> = seen.open.keys().copied().filter(|id| *id <= mark).collect();
        open.sort_unstable();
        let (mut running, mut still_open, mut most) = (Vec::new(), HashMap::new(), i32::MAX);
        loop {
            let trials = storage.load_news(study, mark, &open, BATCH).await?;
            let new = trials.iter().filter(|trial| trial.id.0 > mark).count();
            let found: HashSet<i32> = trials.iter().map(|trial| trial.id.0).collect();
            if let Some(gone) = open.iter().find(|id| !found.contains(id)) {
                most = gone - 1;
            }
            mark = found.into_iter().fold(mark, i32::max);
            let mut over = Vec::with_capacity(trials.len());
            for mut trial in trials {
                if let Cow::Owned(params) = self.aliases.translated(&trial.params) {
                    trial.params = params;
                }
                if matches!(trial.state, TrialState::Running | TrialState::Waiting) {
                    still_open.insert(trial.id.0, trial.number.0);
                    running.push(trial);
                } else {
                    seen.last = seen.last.max(Some(trial.number.0));
                    over.push(trial);
                }
            }
            self.write().update(over, &running);
            // Whatever happens to the next batch, this one is read.
            seen.mark = mark.min(most);
            seen.open.clone_from(&still_open);
            open.clear();
            if new < BATCH {
                break;
            }
        }
        let last = still_open.into_values().max().max(seen.last);
        Ok(last.map_or(0, |last| last.saturating_add(1)))
    }

    /// The history as it was read last.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, History> {
        self.history.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, History> {
        self.history.write().unwrap_or_else(PoisonError::into_inner)
    }
}
