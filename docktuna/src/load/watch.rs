//! A configuration that follows the best trial.
//!
//! A task looks at the study again and again. Every look but the first reads only what changed since the one before:
//! one query while nothing ends, a second one for the best of the trials that ended, a third one for the parameters of a
//! better trial. Whatever fails, the handle keeps the last good configuration.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::{Loaded, Loader, Stored};
use crate::database::{DatabaseBuilder, OptunaDatabase};
use crate::error::{Error, Result};
use crate::id::TrialState;
use crate::lock::lock;
use crate::shown::Shown;
use crate::space::Direction;
use crate::storage::{BestRow, Horizon, repeat};
use crate::study::DynamicStudy;
use crate::tunable::Tunable;

/// The shortest time between two looks.
const SHORTEST: Duration = Duration::from_millis(100);

/// A configuration that follows the best trial of a study; see [`Loader::watch`].
///
/// Clones watch the same study by the same task, which ends when the last of them is dropped.
///
/// ```
/// # async fn example() -> docktuna::Result<()> {
/// use std::time::Duration;
///
/// use docktuna::{Load, OptunaDatabase, Tunable};
///
/// #[derive(Tunable)]
/// struct Train {
///     #[tune(range = 1e-5..=1e-1, log)]
///     lr: f64,
/// }
///
/// # let db = OptunaDatabase::in_memory();
/// let study = db.study::<Train>("sentiment").await?;
/// # study.ask().await?.tell(0.5).await?;
/// let mut watched = Train::loader("sentiment").watch(&db, Duration::from_millis(100)).await?;
/// assert_eq!(watched.current().value, Some(0.5));
///
/// study.ask().await?.tell(0.25).await?;
/// let better = watched.changed().await.expect("the runtime goes on");
/// assert_eq!(better.value, Some(0.25));
/// assert!(watched.error().is_none());
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
#[derive(Debug)]
pub struct Watched<T> {
    current: watch::Receiver<Arc<Loaded<T>>>,
    health: Arc<Mutex<Health>>,
    task: Arc<Task>,
}

/// What looks; it ends when this is dropped.
#[derive(Debug)]
struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<T> Clone for Watched<T> {
    fn clone(&self) -> Self {
        Self {
            current: self.current.clone(),
            health: Arc::clone(&self.health),
            task: Arc::clone(&self.task),
        }
    }
}

/// How the looks went.
#[derive(Debug, Default)]
struct Health {
    succeeded: Option<Instant>,
    failing: Option<Failing>,
}

impl Health {
    fn succeed(&mut self) {
        *self = Self {
            succeeded: Some(Instant::now()),
            failing: None,
        };
    }

    fn fail(&mut self, study: Shown<&String>, error: Error) {
        let since = self.failing.take().map(|failing| failing.since);
        if since.is_none() {
            tracing::warn!(%study, %error, "keeping the last good configuration");
        }
        self.failing = Some(Failing {
            error: Arc::new(error),
            since: since.unwrap_or_else(Instant::now),
        });
    }
}

#[derive(Debug)]
struct Failing {
    error: Arc<Error>,
    since: Instant,
}

/// Why a [`Watched`] configuration may be out of date.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WatchError {
    /// What the last look failed of.
    pub error: Arc<Error>,
    /// For how long no look has succeeded: the time since the first one that failed.
    pub age: Duration,
}

impl<T> Watched<T> {
    /// The last good configuration. It is never waited for.
    #[must_use]
    pub fn current(&self) -> Arc<Loaded<T>> {
        Arc::clone(&self.current.borrow())
    }

    /// Waits for a configuration that this handle has not returned from `changed` yet. `None` if there will be none,
    /// because the runtime that [`Loader::watch`] was called in has ended.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: the change is returned by the next call.
    pub async fn changed(&mut self) -> Option<Arc<Loaded<T>>> {
        self.current.changed().await.ok()?;
        Some(Arc::clone(&self.current.borrow_and_update()))
    }

    /// Why the last look failed; none after one that succeeded. What failed may be the reading, or a better trial
    /// that does not fit the type.
    #[must_use]
    pub fn error(&self) -> Option<WatchError> {
        lock(&self.health)
            .failing
            .as_ref()
            .map(|failing| WatchError {
                error: Arc::clone(&failing.error),
                age: failing.since.elapsed(),
            })
    }

    /// How long ago the last look succeeded; none if the database has not been read so far.
    #[must_use]
    pub fn last_success(&self) -> Option<Duration> {
        lock(&self.health).succeeded.map(|at| at.elapsed())
    }
}

impl<T: Tunable + Send + Sync + 'static> Loader<T> {
    /// Loads the configuration as [`load`](Self::load) does, and then follows the study: `every` so often, at most ten
    /// times a second, it looks for a better trial. The handle has the newest configuration at any time, and keeps the
    /// last good one whatever happens to the database, the study or its space.
    ///
    /// A look is one query. It reads the trials that were still running or waiting and those that came since, whatever
    /// the size of the study. A better trial is read by another two, and is written to the
    /// [`snapshot`](Self::snapshot).
    ///
    /// It has to be called in a tokio runtime, whose task the looks are.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load): there has to be a configuration to begin with.
    pub async fn watch(&self, db: &OptunaDatabase, every: Duration) -> Result<Watched<T>> {
        let (loaded, taken) = self.loaded(db).await?;
        let place = Place::Connected(db.clone());
        Ok(self.follow(loaded, taken, place, every))
    }

    /// The same for a database that may be down: it is connected to by `builder`, now or as soon as it is there again.
    ///
    /// # Errors
    ///
    /// As [`load_from`](Self::load_from).
    pub async fn watch_from(
        &self,
        builder: DatabaseBuilder,
        every: Duration,
    ) -> Result<Watched<T>> {
        match builder.clone().connect().await {
            Ok(db) => self.watch(&db, every).await,
            Err(error) => {
                let loaded = self.load_after(error)?;
                Ok(self.follow(loaded, None, Place::Described(builder), every))
            }
        }
    }

    fn follow(
        &self,
        loaded: Loaded<T>,
        taken: Option<Stored>,
        place: Place,
        every: Duration,
    ) -> Watched<T> {
        let (sender, current) = watch::channel(Arc::new(loaded));
        let health = Arc::new(Mutex::new(Health::default()));
        let follower = Follower {
            loader: self.clone(),
            place,
            seen: None,
            taken,
        };
        let task = follow(follower, sender, Arc::clone(&health), every.max(SHORTEST));
        let task = Arc::new(Task(tokio::spawn(task).abort_handle()));
        Watched {
            current,
            health,
            task,
        }
    }
}

async fn follow<T: Tunable>(
    mut follower: Follower<T>,
    sender: watch::Sender<Arc<Loaded<T>>>,
    health: Arc<Mutex<Health>>,
    every: Duration,
) {
    loop {
        match repeat::in_time("watch", async || follower.look().await).await {
            Ok(Looked::Better(better)) => {
                sender.send_replace(Arc::new(*better));
                lock(&health).succeed();
            }
            Ok(Looked::Same) => lock(&health).succeed(),
            Ok(Looked::Useless(None)) => {}
            Ok(Looked::Useless(Some(error))) | Err(error) => {
                let study = Shown(&follower.loader.study);
                lock(&health).fail(study, error);
            }
        }
        tokio::time::sleep(every).await;
    }
}

/// Where the database is.
enum Place {
    Connected(OptunaDatabase),
    Described(DatabaseBuilder),
}

/// What looks again and again.
struct Follower<T> {
    loader: Loader<T>,
    place: Place,
    /// None before the first look, and after a look that failed or was given up: then there may be another study
    /// under the name, and what this one has is read in whole.
    seen: Option<Seen>,
    /// What the handle's configuration was made of, if it is the database's.
    taken: Option<Stored>,
}

/// A study as the last look found it.
struct Seen {
    study: DynamicStudy,
    direction: Direction,
    horizon: Option<Horizon>,
    best: Option<BestRow>,
    /// There is no best trial, or it does not fit the type.
    is_useless: bool,
}

/// What a look came to.
enum Looked<T> {
    Better(Box<Loaded<T>>),
    /// The handle has the best trial.
    Same,
    /// The study has none that can be used; the reason, if it is a new one.
    Useless(Option<Error>),
}

impl<T: Tunable> Follower<T> {
    async fn look(&mut self) -> Result<Looked<T>> {
        let mut seen = match self.seen.take() {
            Some(seen) => seen,
            None => self.open().await?,
        };
        let (storage, row) = (seen.study.storage(), seen.study.row());
        // What ends from here on is seen by the next look.
        let standing = storage.follow(row, seen.horizon.as_ref()).await?;
        let since = seen.horizon.take().filter(|_| standing.horizon.is_some());
        let found = match &since {
            Some(_) if standing.counts.of(TrialState::Complete) == 0 => None,
            since => {
                let since = since.as_ref();
                storage.best_trial(row, seen.direction, since).await?
            }
        };
        let is_whole = since.is_none();
        let looked = match found {
            Some(found)
                if is_whole
                    || seen
                        .best
                        .is_none_or(|best| found.beats(&best, seen.direction)) =>
            {
                let looked = self.take(&seen.study, found).await?;
                seen.best = Some(found);
                looked
            }
            None if is_whole => Looked::Useless(Some(seen.study.no_trial().await?)),
            _ if seen.is_useless => Looked::Useless(None),
            _ => Looked::Same,
        };
        seen.is_useless = matches!(looked, Looked::Useless(_));
        seen.horizon = standing.horizon;
        self.seen = Some(seen);
        Ok(looked)
    }

    async fn open(&mut self) -> Result<Seen> {
        let db = match &self.place {
            Place::Connected(db) => db.clone(),
            Place::Described(builder) => builder.clone().connect().await?,
        };
        self.place = Place::Connected(db.clone());
        let study = db.dynamic_study(&self.loader.study).await?;
        let [direction] = *study.directions() else {
            return Err(study.several_objectives());
        };
        Ok(Seen {
            study,
            direction,
            horizon: None,
            best: None,
            is_useless: false,
        })
    }

    /// Makes a configuration of the best trial, if the handle does not have it already.
    async fn take(&mut self, study: &DynamicStudy, best: BestRow) -> Result<Looked<T>> {
        let params = match study.params_of(&best).await {
            // It will not be readable at the next look either.
            Err(error) if !error.is_transient() => return Ok(Looked::Useless(Some(error))),
            params => params?,
        };
        let stored = Stored {
            params,
            value: best.value,
            number: best.number,
        };
        if self.taken.as_ref() == Some(&stored) {
            return Ok(Looked::Same);
        }
        Ok(match self.loader.accept(&stored) {
            Ok(loaded) => {
                self.taken = Some(stored);
                Looked::Better(Box::new(loaded))
            }
            Err(error) => Looked::Useless(Some(error)),
        })
    }
}
