//! Opening a study with every option.

use std::marker::PhantomData;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::{Mutex, oneshot};

use super::asking::feed::Feed;
use super::note::note;
use super::trial::pruning::Pruning;
use super::{DynamicStudy, Search, Study};
use crate::database::OptunaDatabase;
use crate::error::{Error, Result};
use crate::error::{SpaceDiff, Subject};
use crate::optuna::{self, Json, keys};
use crate::overrides::Overrides;
use crate::params::aliases::Aliases;
use crate::params::incompatible;
use crate::pruner::{Median, Pruner};
use crate::sampler::{Auto, Sampler, SearchSpace};
use crate::space::distribution::Distribution;
use crate::space::{Direction, Node, Objective};
use crate::storage::{Attrs, StudyRow};
use crate::tunable::Tunable;

/// Opens a study for the type `T`.
#[derive(Debug)]
pub struct StudyBuilder<T> {
    db: OptunaDatabase,
    name: String,
    directions: Vec<Direction>,
    metrics: Vec<Option<String>>,
    sampler: Box<dyn Sampler>,
    pruner: Box<dyn Pruner>,
    seed: Option<u64>,
    overrides: Overrides<T>,
    retries: usize,
    config: PhantomData<fn() -> T>,
}

impl<T: Tunable> StudyBuilder<T> {
    pub(crate) fn new(db: OptunaDatabase, name: &str) -> Self {
        Self {
            db,
            name: name.to_owned(),
            directions: Vec::new(),
            metrics: Vec::new(),
            sampler: Box::new(Auto::default()),
            pruner: Box::new(Median::default()),
            seed: None,
            overrides: Overrides::new(),
            retries: 0,
            config: PhantomData,
        }
    }

    /// Adds an objective to minimize, with the metric's name. The objectives that the type declares are
    /// ignored.
    #[must_use]
    pub fn minimize(self, metric: impl Into<String>) -> Self {
        self.objective(Direction::Minimize, metric.into())
    }

    /// Adds an objective to maximize, with the metric's name. The objectives that the type declares are
    /// ignored.
    #[must_use]
    pub fn maximize(self, metric: impl Into<String>) -> Self {
        self.objective(Direction::Maximize, metric.into())
    }

    fn objective(mut self, direction: Direction, metric: String) -> Self {
        self.directions.push(direction);
        self.metrics
            .push(Some(metric).filter(|metric| !metric.is_empty()));
        self
    }

    /// Sets the sampler, which chooses the values of new trials; [`Auto`] by default.
    #[must_use]
    pub fn sampler(mut self, sampler: impl Sampler + 'static) -> Self {
        self.sampler = Box::new(sampler);
        self
    }

    /// Sets the pruner, which decides which running trials to stop; [`Median`] by default. It is asked by
    /// [`prune_if_needed`](crate::RunningTrial::prune_if_needed) and
    /// [`should_prune`](crate::RunningTrial::should_prune).
    #[must_use]
    pub fn pruner(mut self, pruner: impl Pruner + 'static) -> Self {
        self.pruner = Box::new(pruner);
        self
    }

    /// Makes the study repeatable: the random numbers of a trial depend on this seed and the trial's
    /// number.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Changes the search for this run. These overrides are added to those that were [`set`](Self::set)
    /// before.
    #[must_use]
    pub fn overrides(mut self, overrides: Overrides<T>) -> Self {
        self.overrides = self.overrides.and(overrides);
        self
    }

    /// Changes the search for this run, as a command line says it: `lr=1e-4..=1e-3` narrows a range,
    /// `lr=0.01` fixes a value, `optimizer=sgd|adam_w` keeps some choices; [`Overrides::set`] has
    /// them all.
    #[must_use]
    pub fn set(mut self, text: impl AsRef<str>) -> Self {
        self.overrides = self.overrides.set(text.as_ref());
        self
    }

    /// How often a failed trial is put into the queue again with the same parameters; 0 by default. This
    /// applies to a trial that returned an error, panicked or was dropped here, and to any trial that was
    /// found without a heartbeat. The number of retries is stored with the trial, as Optuna's
    /// `RetryHeartbeatStaleTrialCallback` stores it, so Rust and Python workers together keep the limit.
    /// A queued trial whose values are not in the space is not retried.
    #[must_use]
    pub fn retry(mut self, times: usize) -> Self {
        self.retries = times;
        self
    }

    /// Opens the study, and creates the tables and the study if they are missing.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`] if the database belongs to another program; [`Error::DirectionMismatch`] if the
    /// study has other directions; [`Error::SpaceMismatch`] if it holds parameters of another kind, scale
    /// or list of choices; [`Error::UnknownParam`] and [`Error::Override`] for a wrong
    /// [`set`](Self::set); [`Error::Pruner`] for a wrong option of the pruner. In these cases no trial
    /// has been created.
    ///
    /// # Cancel safety
    ///
    /// The tables and the study may or may not exist afterwards. Once their creation has begun, it
    /// continues in the background, and opening the study again completes it.
    pub async fn open(self) -> Result<Study<T>> {
        if self.name.chars().count() > keys::LONGEST {
            return Err(Error::StudyName { name: self.name });
        }
        let declared: Vec<Node> = T::SPACE.walk().collect();
        let aliases = Aliases::of(T::SPACE);
        unambiguous(&declared, &aliases)?;
        let mut overrides = self.overrides.resolve()?;
        self.pruner.check().map_err(|reason| Error::Pruner {
            pruner: self.pruner.name(),
            reason,
        })?;
        let (directions, metrics) = self.objectives();

        let storage = self.db.storage();
        let found = match storage.verify_schema().await {
            Err(Error::NoTables { .. }) => None,
            verified => {
                verified?;
                storage.find_study(&self.name).await?
            }
        };
        let row = match found {
            Some(row) => row,
            None => {
                let note = note::<T>(&self.name, &directions, &metrics);
                create(&self.db, &self.name, &directions, metrics, note).await?
            }
        };
        if row.directions != directions {
            return Err(Error::DirectionMismatch {
                study: self.name,
                stored: row.directions,
                wanted: directions,
            });
        }
        for (name, stored) in stored_parameters::<T>(&self.db, &row, &declared, &aliases).await? {
            overrides.keep_order(name, stored);
        }
        record_space::<T>(&self.db, &row, self.sampler.name(), self.seed).await?;
        let space = SearchSpace::new(T::SPACE, &overrides);
        let feed = Feed::new(&row.directions, aliases);
        let dynamic = DynamicStudy::new(self.db, row).with_retries(self.retries);
        dynamic.sweep().await?;
        Ok(Study {
            dynamic,
            search: Arc::new(Search {
                feed,
                space,
                sampler: self.sampler,
                overrides,
                seed: self.seed,
                next: Mutex::new(0),
                left: Arc::default(),
            }),
            pruning: Arc::new(Pruning::new(self.pruner)),
            config: PhantomData,
        })
    }

    /// The objectives said here, or those of the type, or one to minimize.
    fn objectives(&self) -> (Vec<Direction>, Vec<Option<String>>) {
        if !self.directions.is_empty() {
            return (self.directions.clone(), self.metrics.clone());
        }
        let declared = T::STUDY.objectives;
        let default = [Objective {
            direction: Direction::Minimize,
            name: None,
        }];
        let objectives = if declared.is_empty() {
            &default
        } else {
            declared
        };
        objectives
            .iter()
            .map(|o| (o.direction, o.name.map(str::to_owned)))
            .unzip()
    }
}

/// Two fields may end up with one stored name across `flatten`, or by an alias, which no single macro
/// can see.
fn unambiguous(declared: &[Node], aliases: &Aliases) -> Result<()> {
    if let Some(name) = aliases.clash() {
        return Err(Error::NameClash {
            param: name.to_owned(),
        });
    }
    for (i, one) in declared.iter().enumerate() {
        if declared[..i].iter().any(|other| other.name == one.name) {
            return Err(Error::NameClash {
                param: one.name.clone(),
            });
        }
    }
    Ok(())
}

/// Creates the study `name` and the tables, unless another process has already done so. Once begun this
/// goes on when the caller gives up: a study that lacks what its creator adds to it would stay so, and
/// callers that always give up would never have any tables.
async fn create(
    db: &OptunaDatabase,
    name: &str,
    directions: &[Direction],
    metrics: Vec<Option<String>>,
    note: String,
) -> Result<StudyRow> {
    let (sender, created) = oneshot::channel();
    let (name, directions) = (name.to_owned(), directions.to_vec());
    let creating = {
        let db = db.clone();
        async move {
            db.storage().ensure_schema().await?;
            let created = db.storage().create_study(&name, &directions).await?;
            let row = db.existing(&name).await?;
            if created {
                name_metrics(&db, &row, &metrics).await?;
                for (key, json) in optuna::write_note(&note) {
                    let storage = db.storage();
                    storage
                        .set_study_attribute(&row, Attrs::System, &key, &json)
                        .await?;
                }
            }
            Ok(row)
        }
    };
    db.spawn_on(&Handle::current(), async move {
        // An error means that nobody waits for it any more.
        let _ = sender.send(creating.await);
    });
    created.await.unwrap_or_else(|ended| {
        Err(Error::System {
            what: "the runtime ended while the study was created",
            source: std::io::Error::other(ended),
        })
    })
}

async fn name_metrics(
    db: &OptunaDatabase,
    row: &StudyRow,
    metrics: &[Option<String>],
) -> Result<()> {
    let names: Option<Vec<Json>> = metrics
        .iter()
        .map(|name| Some(Json::Scalar(name.clone()?.into())))
        .collect();
    let Some(names) = names else { return Ok(()) };
    let json = Json::Array(names).to_text();
    db.storage()
        .set_study_attribute(row, Attrs::System, keys::METRIC_NAMES, &json)
        .await
}

/// The distributions that the study holds for declared parameters under their declared names.
///
/// # Errors
///
/// [`Error::SpaceMismatch`] for those that Optuna would refuse beside the declared ones, and for those
/// stored under an alias that are no older form of the declared ones.
async fn stored_parameters<T: Tunable>(
    db: &OptunaDatabase,
    row: &StudyRow,
    declared: &[Node],
    aliases: &Aliases,
) -> Result<Vec<(String, Distribution)>> {
    let parameters = declared.iter().filter(|node| node.param().is_some());
    let names = parameters.map(|node| node.name.clone());
    let former = aliases.names().map(|(old, _)| old.to_owned());
    let names: Vec<String> = names.chain(former).collect();
    let (mut stored, mut former) = (Vec::new(), Vec::new());
    for (name, text) in db.storage().stored_distributions(row.id, &names).await? {
        let distribution = optuna::read_distribution(text.as_deref().unwrap_or_default());
        let distribution = distribution.map_err(|why| Error::Unreadable {
            study: row.name.clone(),
            what: format!("the distribution of {name:?}: {why}"),
        })?;
        match aliases.name(&name) {
            declared if declared == name => stored.push((name, distribution)),
            // Optuna has nothing against other labels under another name.
            declared => {
                let distribution = aliases.distribution(declared, &distribution);
                former.push((declared.to_owned(), distribution));
            }
        }
    }
    let pairs = stored
        .iter()
        .chain(&former)
        .map(|(name, distribution)| (name.as_str(), distribution));
    let differences = incompatible(declared, pairs);
    if differences.is_empty() {
        return Ok(stored);
    }
    Err(Error::SpaceMismatch(Box::new(SpaceDiff {
        subject: Subject::Study {
            study: row.name.clone(),
            trial: None,
            type_name: T::NAME,
        },
        differences,
    })))
}

/// Notes the space with the study, where it is not noted yet or has changed.
async fn record_space<T: Tunable>(
    db: &OptunaDatabase,
    row: &StudyRow,
    sampler: &str,
    seed: Option<u64>,
) -> Result<()> {
    let stored = db.storage().recorded_search(row.id).await?;
    let stored = |wanted: &str| {
        let found = stored.iter().find(|(key, _)| key == wanted);
        found.and_then(|(_, json)| json.as_deref())
    };
    let mut wanted = vec![
        (
            keys::study::FINGERPRINT,
            optuna::write_json_text(&T::SPACE.fingerprint()),
        ),
        (keys::study::SAMPLER, optuna::write_json_text(sampler)),
        (keys::study::SPACE, T::SPACE.to_json()),
    ];
    if seed.is_some() || stored(keys::study::SEED).is_some() {
        let seed = seed.map_or_else(|| "null".to_owned(), |seed| seed.to_string());
        wanted.push((keys::study::SEED, seed));
    }
    for (key, json) in wanted {
        let before = stored(key);
        if before != Some(&json) {
            if let Some(before) = before
                && matches!(key, keys::study::SAMPLER | keys::study::SEED)
            {
                tracing::warn!(
                    study = row.name,
                    key,
                    before,
                    now = json,
                    "the search changes"
                );
            }
            let which = match key {
                keys::study::SPACE => Attrs::System,
                _ => Attrs::User,
            };
            db.storage()
                .set_study_attribute(row, which, key, &json)
                .await?;
        }
    }
    Ok(())
}
