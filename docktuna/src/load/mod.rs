//! Loads the best parameters into the struct and checks them.
//!
//! Loading never writes. It takes three indexed queries: for the study, its best trial and that trial's
//! parameters.

pub(crate) mod snapshot;
mod source;
mod watch;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::database::{DatabaseBuilder, OptunaDatabase};
use crate::error::{Difference, DifferenceKind, Error, Result, SpaceDiff, Subject};
use crate::id::TrialNumber;
use crate::params::{Mismatch, Params, Unfit};
use crate::shown::Shown;
use crate::storage::repeat;
use crate::study::{DynamicStudy, Study};
use crate::tunable::Tunable;

pub(crate) use source::Stored;
pub use source::{Loaded, LoadedFrom};
pub use watch::{WatchError, Watched};

/// The best trial of a study, with its configuration.
///
/// Where the configuration can be serialised, this can be, too: as `config`, `value` and `number`.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Best<T> {
    /// Its configuration.
    pub config: T,
    /// Its result.
    pub value: f64,
    /// Its place in the study.
    pub number: TrialNumber,
}

/// One of the trials of a study with several objectives that no other trial beats.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ParetoOptimal<T> {
    /// Its configuration.
    pub config: T,
    /// Its result for each objective, in the study's order.
    pub values: Vec<f64>,
    /// Its place in the study.
    pub number: TrialNumber,
}

/// What to do if no best trial can be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Fallback {
    /// Return the error.
    #[default]
    Error,
    /// Use the declared defaults. Every searched field must have one.
    Defaults,
}

/// Loads the best configuration of a study. Every [`Tunable`] type implements this trait.
///
/// ```
/// # async fn example() -> docktuna::Result<()> {
/// use docktuna::{Load, OptunaDatabase, Tunable};
///
/// #[derive(Tunable)]
/// struct Train {
///     #[tune(range = 1e-5..=1e-1, log)]
///     lr: f64,
/// }
///
/// # let db = OptunaDatabase::in_memory();
/// # db.study::<Train>("sentiment").await?.ask().await?.tell(0.5).await?;
/// let config = Train::load_best(&db, "sentiment").await?;
/// assert!((1e-5..=1e-1).contains(&config.lr));
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
pub trait Load: Tunable {
    /// The configuration of the study's best complete and feasible trial.
    ///
    /// It reads with SELECT alone and creates nothing.
    ///
    /// # Errors
    ///
    /// [`Error::StudyNotFound`], [`Error::NoTrial`], [`Error::SeveralObjectives`];
    /// [`Error::SpaceMismatch`] with the diff if the trial was not drawn from exactly this space, and
    /// [`Error::OutOfRange`] if only its value lies outside of it; [`Error::BestRefused`] if its
    /// `validate` refuses it.
    fn load_best(db: &OptunaDatabase, study: &str) -> impl Future<Output = Result<Self>> + Send
    where
        Self: Send,
    {
        let loader = Self::loader(study);
        async move { loader.load(db).await }
    }

    /// The same for the study that the type names by `#[tune(study = "x")]`. Without that option it does not
    /// compile.
    ///
    /// # Errors
    ///
    /// As [`load_best`](Self::load_best).
    fn load_best_of(db: &OptunaDatabase) -> impl Future<Output = Result<Self>> + Send
    where
        Self: Send,
    {
        Self::load_best(db, Self::study_name())
    }

    /// Loads with other policies.
    fn loader(study: &str) -> Loader<Self> {
        Loader {
            study: study.to_owned(),
            fallback: Fallback::Error,
            mismatch: Mismatch::Reject,
            snapshot: None,
            config: std::marker::PhantomData,
        }
    }

    /// Loads from the study that the type names, with other policies.
    fn loader_of() -> Loader<Self> {
        Self::loader(Self::study_name())
    }
}

impl<T: Tunable> Load for T {}

/// Loads the best configuration of a study.
///
/// The database counts as down if the error [is transient](Error::is_transient): the host's name is not
/// resolved, no server listens, the server is starting, stopping, full or silent, or the connection
/// broke. Then the [`snapshot`](Self::snapshot) is used. If there is no snapshot yet,
/// [`on_missing`](Self::on_missing) decides. Other failures are errors, whatever the policies are:
/// missing or wrong settings, a refused password or certificate, a database that does not exist, a
/// missing right, and a best trial that does not match.
#[derive(Debug)]
#[must_use = "nothing is read before `load`"]
pub struct Loader<T> {
    study: String,
    fallback: Fallback,
    mismatch: Mismatch,
    snapshot: Option<PathBuf>,
    config: std::marker::PhantomData<fn() -> T>,
}

/// Whatever `T` is.
impl<T> Clone for Loader<T> {
    fn clone(&self) -> Self {
        Self {
            study: self.study.clone(),
            fallback: self.fallback,
            mismatch: self.mismatch,
            snapshot: self.snapshot.clone(),
            config: std::marker::PhantomData,
        }
    }
}

impl<T: Tunable> Loader<T> {
    /// What to do if the study does not exist or has no best trial, or if the database is down and there
    /// is no snapshot. By default loading fails.
    pub fn on_missing(mut self, fallback: Fallback) -> Self {
        self.fallback = fallback;
        self
    }

    /// Which differences to ignore in a trial that was drawn from another space. By default none is
    /// ignored.
    pub fn on_mismatch(mut self, mismatch: Mismatch) -> Self {
        self.mismatch = mismatch;
        self
    }

    /// A file that is written after every success. When the database is down, the file is read and
    /// checked like the database. A damaged file, or one of another study, is an error then.
    pub fn snapshot(mut self, file: impl AsRef<Path>) -> Self {
        self.snapshot = Some(file.as_ref().to_owned());
        self
    }

    /// Loads the configuration.
    ///
    /// A handle exists only if its database answered once. If a service should also start without that,
    /// use [`load_from`](Self::load_from), which also connects.
    ///
    /// # Errors
    ///
    /// As [`Load::load_best`], except for what the policies allow. [`Error::MissingDefaults`] if the
    /// defaults are needed and a field has none; [`Error::Snapshot`] if the file is needed and cannot be
    /// used. If the database is down and there is neither a snapshot nor a fall-back, the database's
    /// error.
    pub async fn load(&self, db: &OptunaDatabase) -> Result<T> {
        Ok(self.load_with_source(db).await?.config)
    }

    /// Loads the configuration with its trial and value, and tells where it comes from.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub async fn load_with_source(&self, db: &OptunaDatabase) -> Result<Loaded<T>> {
        Ok(self.loaded(db).await?.0)
    }

    /// Loads the configuration, with what is stored if it comes from the database.
    async fn loaded(&self, db: &OptunaDatabase) -> Result<(Loaded<T>, Option<Stored>)> {
        let stored = repeat::in_time("load_best", async || {
            let study = db.dynamic_study(&self.study).await?;
            best_stored(&study).await
        });
        match stored.await {
            Ok(stored) => Ok((self.accept(&stored)?, Some(stored))),
            Err(
                Error::StudyNotFound { .. }
                | Error::StudyDeleted { .. }
                | Error::NoTrial { .. }
                | Error::NoTables { .. },
            ) if self.fallback == Fallback::Defaults => Ok((defaults()?, None)),
            Err(error) => Ok((self.load_after(error)?, None)),
        }
    }

    /// Checks what the database has, and writes the snapshot.
    fn accept(&self, stored: &Stored) -> Result<Loaded<T>> {
        let loaded = self.checked(stored, LoadedFrom::Database)?;
        if let Some(file) = &self.snapshot {
            // A service must not fail at start-up because of its second choice.
            if let Err(error) = snapshot::write(file, &self.study, stored) {
                tracing::warn!(%error, "the snapshot is not up to date");
            }
        }
        Ok(loaded)
    }

    fn checked(&self, stored: &Stored, source: LoadedFrom) -> Result<Loaded<T>> {
        Ok(Loaded {
            config: checked(&self.study, stored.number, &stored.params, self.mismatch)?,
            trial: Some(stored.number),
            value: Some(stored.value),
            source,
        })
    }

    /// Connects to the database that `builder` describes, and loads. The policies also apply if no
    /// connection can be opened.
    ///
    /// ```no_run
    /// use docktuna::{Load, OptunaDatabase, Tunable};
    ///
    /// #[derive(Tunable)]
    /// struct Train {
    ///     #[tune(range = 1e-5..=1e-1, log)]
    ///     lr: f64,
    /// }
    ///
    /// # async fn example() -> docktuna::Result<()> {
    /// let database = OptunaDatabase::builder().from_env().user("reader");
    /// let loader = Train::loader("sentiment").snapshot("best.json");
    /// let config = loader.load_from(database).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`DatabaseBuilder::connect`] if the database is not down, such as [`Error::Settings`] or a
    /// refused password; otherwise as [`load`](Self::load).
    pub async fn load_from(&self, builder: DatabaseBuilder) -> Result<T> {
        Ok(self.load_with_source_from(builder).await?.config)
    }

    /// Connects to the database that `builder` describes, loads the configuration with its trial and value, and tells
    /// where it comes from.
    ///
    /// # Errors
    ///
    /// As [`load_from`](Self::load_from).
    pub async fn load_with_source_from(&self, builder: DatabaseBuilder) -> Result<Loaded<T>> {
        match builder.connect().await {
            Ok(db) => self.load_with_source(&db).await,
            Err(error) => self.load_after(error),
        }
    }

    /// Connects to the database that the environment names, as [`OptunaDatabase::from_env`] does, and
    /// loads. The policies also apply if no connection can be opened.
    ///
    /// # Errors
    ///
    /// As [`load_from`](Self::load_from).
    pub async fn load_from_env(&self) -> Result<T> {
        self.load_from(OptunaDatabase::builder().from_env()).await
    }

    /// What takes the database's place after `error`, if it is down.
    fn load_after(&self, error: Error) -> Result<Loaded<T>> {
        if !error.is_transient() {
            return Err(error);
        }
        if let Some(file) = &self.snapshot {
            match snapshot::read(file, &self.study) {
                Ok(Some(stored)) => {
                    tracing::warn!(%error, file = %Shown(file.display()), "reading the snapshot");
                    return self.checked(&stored, LoadedFrom::Snapshot);
                }
                Ok(None) => {
                    tracing::warn!(%error, file = %Shown(file.display()), "there is no snapshot yet");
                }
                Err(Error::Snapshot { path, reason }) => {
                    let reason = format!("{reason}; it is needed because {error}");
                    return Err(Error::Snapshot { path, reason });
                }
                Err(other) => return Err(other),
            }
        }
        match self.fallback {
            Fallback::Defaults => {
                tracing::warn!(%error, "taking the declared defaults");
                defaults()
            }
            Fallback::Error => Err(error),
        }
    }
}

impl<T: Tunable> Study<T> {
    /// The best complete and feasible trial as a `T`, checked as [`Load::load_best`](crate::Load)
    /// checks it, except that a range may have moved.
    ///
    /// # Errors
    ///
    /// [`Error::NoTrial`], [`Error::SeveralObjectives`], or [`Error::SpaceMismatch`] with the diff.
    pub async fn best(&self) -> Result<Best<T>> {
        best(self, Mismatch::AllowMovedRange).await
    }

    /// The complete and feasible trials that no other trial beats, where a trial beats another one if it
    /// is at least as good in every objective and better in one. They are in the order of their numbers,
    /// as in Python's `best_trials`, and each is checked as in [`best`](Self::best). Trials with equal
    /// results are all included. This reads all trials of the study.
    ///
    /// # Errors
    ///
    /// [`Error::SpaceMismatch`] or [`Error::OutOfRange`] for the first trial that is not from this space,
    /// and [`Error::BestRefused`] for one that the type's rules refuse. [`DynamicStudy::pareto_front`]
    /// gives the trials without these checks.
    pub async fn pareto_front(&self) -> Result<Vec<ParetoOptimal<T>>> {
        pareto_front(self, Mismatch::AllowMovedRange).await
    }
}

/// The declared defaults.
fn defaults<T: Tunable>() -> Result<Loaded<T>> {
    Ok(Loaded {
        config: Params::default_configuration()?,
        trial: None,
        value: None,
        source: LoadedFrom::Defaults,
    })
}

/// The best configuration of a study.
async fn best<T: Tunable>(study: &DynamicStudy, mismatch: Mismatch) -> Result<Best<T>> {
    let stored = best_stored(study).await?;
    Ok(Best {
        config: checked(study.name(), stored.number, &stored.params, mismatch)?,
        value: stored.value,
        number: stored.number,
    })
}

/// The configurations that no other one beats in every objective.
async fn pareto_front<T: Tunable>(
    study: &DynamicStudy,
    mismatch: Mismatch,
) -> Result<Vec<ParetoOptimal<T>>> {
    let front = study.pareto_front().await?;
    let typed = front.into_iter().map(|trial| {
        Ok(ParetoOptimal {
            config: checked(study.name(), trial.number, &trial.params, mismatch)?,
            values: trial.values,
            number: trial.number,
        })
    });
    typed.collect()
}

async fn best_stored(study: &DynamicStudy) -> Result<Stored> {
    match study.best_row().await? {
        Some(best) => Ok(Stored {
            params: study.params_of(&best).await?,
            value: best.value,
            number: best.number,
        }),
        None => Err(study.no_trial().await?),
    }
}

/// The configuration behind stored parameters, if they are what the type declares.
fn checked<T: Tunable>(
    study: &str,
    trial: TrialNumber,
    params: &Params,
    mismatch: Mismatch,
) -> Result<T> {
    let unfit = match params.configuration(mismatch) {
        Ok(config) => return Ok(config),
        Err(unfit) => unfit,
    };
    Err(match unfit {
        Unfit::Refused(reason) => Error::BestRefused {
            trial,
            type_name: T::NAME,
            reason,
        },
        Unfit::Different(differences) => match differences.as_slice() {
            [
                Difference {
                    param,
                    kind: DifferenceKind::Outside { found, allowed },
                },
            ] => Error::OutOfRange {
                trial,
                param: param.clone(),
                found: found.clone(),
                type_name: T::NAME,
                allowed: allowed.to_string(),
            },
            _ => Error::SpaceMismatch(Box::new(SpaceDiff {
                subject: Subject::Study {
                    study: study.to_owned(),
                    trial: Some(trial),
                    type_name: T::NAME,
                },
                differences,
            })),
        },
    })
}
