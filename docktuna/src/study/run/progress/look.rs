//! What the displays of a process read of their studies: at most one query a second on average.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::id::{StateCounts, TrialState};
use crate::lock::lock;
use crate::progress::ended;
use crate::storage::{BestRow, Horizon};
use crate::study::DynamicStudy;

/// The time that a query stands for.
const PERIOD: Duration = Duration::from_secs(1);
/// How far ahead the queries of runs that begin and end may have used up the time.
const LONGEST_DEBT: Duration = Duration::from_secs(5);
/// How many queries a failed look counts as: a database in trouble is looked at less often.
const FAILURE: u32 = 5;
/// How long a look may take.
const LONGEST: Duration = Duration::from_secs(10);

/// When the process may look again.
static NEXT: Mutex<Option<Instant>> = Mutex::new(None);

/// Whether the queries so far leave time for another look.
pub(super) fn is_due() -> bool {
    lock(&NEXT).is_none_or(|next| Instant::now() >= next)
}

fn charge(queries: u32) {
    let now = Instant::now();
    let mut next = lock(&NEXT);
    let from = next.map_or(now, |next| next.max(now));
    *next = Some((from + PERIOD * queries).min(now + LONGEST_DEBT));
}

/// A study as the last look found it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fleet {
    pub(super) counts: Option<StateCounts>,
    /// The best trial of a study with one objective.
    pub(super) best: Option<BestRow>,
}

/// What looks again and again. Each look but the first reads only what has changed since.
pub(super) struct Look {
    study: DynamicStudy,
    horizon: Option<Horizon>,
    fleet: Fleet,
}

impl Look {
    pub(super) fn new(study: DynamicStudy) -> Self {
        Self {
            study,
            horizon: None,
            fleet: Fleet::default(),
        }
    }

    /// Looks once. `None` if that fails, or takes too long; the next look then reads everything.
    pub(super) async fn look(&mut self) -> Option<Fleet> {
        charge(1);
        let since = self.horizon.take();
        let failure = match tokio::time::timeout(LONGEST, self.read(since)).await {
            Ok(Ok(())) => return Some(self.fleet),
            Ok(Err(error)) => error.to_string(),
            Err(late) => late.to_string(),
        };
        charge(FAILURE);
        tracing::debug!(error = failure, "the progress is shown without the study");
        None
    }

    async fn read(&mut self, since: Option<Horizon>) -> Result<()> {
        let (storage, row) = (self.study.storage(), self.study.row());
        let mut since = since;
        let mut standing = storage.follow(row, since.as_ref()).await?;
        if since.is_some() && standing.horizon.is_none() {
            // What was seen is not there any more.
            charge(1);
            since = None;
            standing = storage.follow(row, None).await?;
        }
        let fresh = standing.counts;
        let before = self.fleet.counts.filter(|_| since.is_some());
        let counts = before.map_or(fresh, |before| sum(&before, fresh));
        let best = match *self.study.directions() {
            [direction] if since.is_none() || fresh.of(TrialState::Complete) > 0 => {
                charge(1);
                let found = storage.best_trial(row, direction, since.as_ref()).await?;
                let before = self.fleet.best.filter(|_| since.is_some());
                match (before, found) {
                    (Some(before), Some(found)) if !found.beats(&before, direction) => Some(before),
                    (before, found) => found.or(before),
                }
            }
            _ => self.fleet.best,
        };
        let counts = Some(counts);
        (self.fleet, self.horizon) = (Fleet { counts, best }, standing.horizon);
        Ok(())
    }
}

/// Those that had ended before, and everything that a later look found.
fn sum(before: &StateCounts, fresh: StateCounts) -> StateCounts {
    let mut counts = fresh;
    for state in TrialState::ALL.into_iter().filter(|s| s.is_finished()) {
        counts.add(state, before.of(state));
    }
    debug_assert_eq!(ended(&counts), ended(before) + ended(&fresh));
    counts
}
