//! Studies: opening them, asking for trials, reading what they hold.

mod asking;
mod attribute;
mod dynamic;
mod find;
mod importances;
mod manage;
mod note;
mod open;
mod pages;
mod run;
mod stats;
mod trial;

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::Mutex;

use asking::{Feed, Left};
use attribute::attribute_json;
pub use dynamic::DynamicStudy;
pub use open::StudyBuilder;
pub use run::{Optimize, OptimizeBlocking, RunSummary, Stop, Values};
pub use stats::StudyStats;
use trial::Pruning;
pub use trial::{BlockingTrial, RunningTrial, Trial};

use crate::error::{Error, Result};
use crate::id::TrialNumber;
use crate::overrides::Resolved;
use crate::params::Params;
use crate::sampler::{Sampler, SearchSpace};
use crate::space::{Node, Value};
use crate::tunable::Tunable;

/// A study whose trials are values of `T`.
///
/// It is cheap to clone. It dereferences to [`DynamicStudy`], which has everything that does not depend
/// on `T`.
///
/// ```
/// # async fn example() -> docktuna::Result<()> {
/// # #[derive(docktuna::Tunable)]
/// # struct Train { #[tune(range = 0.0..=1.0)] dropout: f64 }
/// let db = docktuna::OptunaDatabase::in_memory();
/// let study = db.study::<Train>("sentiment").await?;
/// for _ in 0..3 {
///     let trial = study.ask().await?;
///     let loss = (trial.config().dropout - 0.3).abs();
///     trial.tell(loss).await?;
/// }
/// let best = study.best().await?;
/// assert!(best.value <= 0.7);
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
pub struct Study<T> {
    dynamic: DynamicStudy,
    search: Arc<Search>,
    pruning: Arc<Pruning>,
    config: PhantomData<fn() -> T>,
}

/// How new trials come about.
#[derive(Debug)]
struct Search {
    sampler: Box<dyn Sampler>,
    overrides: Resolved,
    space: SearchSpace,
    feed: Feed,
    seed: Option<u64>,
    /// The number that the next trial probably gets, where a trial is drawn for its number. Asks of
    /// one process wait for each other then.
    next: Mutex<i32>,
    /// Asks that were given up.
    left: Arc<Left>,
}

impl<T> Clone for Study<T> {
    fn clone(&self) -> Self {
        Self {
            dynamic: self.dynamic.clone(),
            search: Arc::clone(&self.search),
            pruning: Arc::clone(&self.pruning),
            config: PhantomData,
        }
    }
}

impl<T> std::fmt::Debug for Study<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Study")
            .field("dynamic", &self.dynamic)
            .finish_non_exhaustive()
    }
}

impl<T> Deref for Study<T> {
    type Target = DynamicStudy;

    fn deref(&self) -> &DynamicStudy {
        &self.dynamic
    }
}

impl<T: Tunable + Send + 'static> Study<T> {
    /// Gives a trial to run: the oldest one from the queue, or a new one.
    ///
    /// If the values of a queued trial are not in the space, the trial is marked FAIL, with the reason in
    /// the user attribute `docktuna:error`, and the next one is taken.
    ///
    /// # Errors
    ///
    /// If the database fails, or the study was deleted. [`Error::EveryDrawRefused`] if the rules across
    /// fields refuse every drawn configuration. [`Error::Overtaken`] if other workers always take the
    /// number that a trial was drawn for.
    ///
    /// # Cancel safety
    ///
    /// A cancelled ask continues in the background, and the next ask of this handle or its clones takes
    /// over its trials, so no trial is lost. A trial that no ask takes over within ten seconds, or a
    /// quarter of the grace period if that is less, becomes FAIL. A queued trial also goes back into the
    /// queue.
    pub async fn ask(&self) -> Result<Trial<T>> {
        let mut trials = self.ask_many(1).await?;
        trials.pop().ok_or_else(|| self.dynamic.row().deleted())
    }

    /// Gives several trials to run, in one transaction.
    ///
    /// # Errors
    ///
    /// As [`ask`](Self::ask).
    ///
    /// # Cancel safety
    ///
    /// As [`ask`](Self::ask).
    pub async fn ask_many(&self, count: usize) -> Result<Vec<Trial<T>>> {
        self.ask_below(count, i32::MAX).await
    }
}

impl<T: Tunable> Study<T> {
    /// Puts a configuration into the queue: the next free worker, here or in Python, runs it.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] if a field is outside its range or not a choice, [`Error::Refused`] if
    /// a rule across fields refuses the configuration.
    ///
    /// # Cancel safety
    ///
    /// The trial may or may not have been added. If it is added again, it may be there twice.
    pub async fn enqueue(&self, config: T) -> Result<TrialNumber> {
        let (params, _) = Params::accepted(&config)?;
        let fixed = params
            .iter()
            .map(|p| (p.name().to_owned(), p.value()))
            .collect::<Vec<_>>();
        self.dynamic.enqueue_fixed(fixed).await
    }

    /// Puts a configuration into the queue with only some parameters, which are given by their stored
    /// names. The worker that runs it draws the others.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownParam`] for a name that the space does not have, [`Error::InvalidValue`] for a
    /// value outside its range.
    ///
    /// # Cancel safety
    ///
    /// As [`enqueue`](Self::enqueue).
    pub async fn enqueue_partial<V: Into<Value>>(
        &self,
        params: impl IntoIterator<Item = (&str, V)>,
    ) -> Result<TrialNumber> {
        let declared: Vec<Node> = T::SPACE.walk().collect();
        let mut fixed = Vec::new();
        for (name, value) in params {
            let value = value.into();
            let parameter = declared.iter().find(|node| node.name == name);
            let parameter = parameter.and_then(Node::param);
            let domain = parameter.ok_or_else(|| unknown::<T>(name))?.domain();
            if domain.stored(&value).is_none() {
                return Err(Error::InvalidValue {
                    param: name.to_owned(),
                    found: value.to_string(),
                    allowed: crate::Distribution::from(*domain).to_string(),
                });
            }
            fixed.push((name.to_owned(), value));
        }
        self.dynamic.enqueue_fixed(fixed).await
    }

    /// Puts the declared defaults into the queue. Parameters without a default are drawn.
    ///
    /// # Errors
    ///
    /// If the database fails.
    ///
    /// # Cancel safety
    ///
    /// As [`enqueue`](Self::enqueue).
    pub async fn enqueue_default(&self) -> Result<TrialNumber> {
        let defaults = T::SPACE.active(|label| label.param()?.default().cloned());
        let given = defaults.into_iter().filter_map(|node| {
            let default = node.param()?.default()?.clone();
            Some((node.name, default))
        });
        self.dynamic.enqueue_fixed(given.collect()).await
    }

    /// Runs trials of an asynchronous objective: set the budget, then [`run`](Optimize::run).
    ///
    /// The objective gets the configuration and the running trial, and returns the number to minimize or
    /// maximize. An error, a panic or NaN marks the trial FAIL, and the run goes on. [`Stop`] says which
    /// errors `?` accepts; those of `anyhow` are among them.
    pub fn optimize<F, Fut, V>(&self, objective: F) -> Optimize<T, F>
    where
        F: Fn(T, RunningTrial) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<V, Stop>> + Send + 'static,
        V: Into<Values> + Send + 'static,
        T: Send + 'static,
    {
        Optimize::new(self.clone(), objective)
    }

    /// Runs trials of an objective that keeps a processor busy, each on a thread of its own.
    pub fn optimize_blocking<F, V>(&self, objective: F) -> OptimizeBlocking<T, F>
    where
        F: Fn(T, &BlockingTrial) -> Result<V, Stop> + Send + Sync + 'static,
        V: Into<Values> + Send + 'static,
        T: Send + 'static,
    {
        OptimizeBlocking::new(self.clone(), objective)
    }
}

fn unknown<T: Tunable>(name: &str) -> Error {
    Error::UnknownParam {
        param: name.to_owned(),
        type_name: T::NAME.to_owned(),
        near: crate::near::near_params(T::SPACE, name),
    }
}

/// What a queued trial brings for its pruner, for tests that give it anything.
#[cfg(test)]
pub(crate) fn own_of_queue(stored: &crate::FrozenTrial) -> Result<()> {
    trial::pruning::Own::of(stored).map(drop)
}
