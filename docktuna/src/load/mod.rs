//! Loads the best parameters into the struct and checks them.
//!
//! Loading never writes. It takes three indexed queries: for the study, its best trial and that trial's
//! parameters.

pub(crate) mod snapshot;

use std::path::{Path, PathBuf};

use crate::database::{DatabaseBuilder, OptunaDatabase};
use crate::error::{Difference, DifferenceKind, Error, Result, SpaceDiff, Subject};
use crate::id::TrialNumber;
use crate::params::{Mismatch, Params, Unfit};
use crate::shown::Shown;
use crate::storage::repeat;
use crate::study::{DynamicStudy, Study};
use crate::tunable::Tunable;

/// The best trial of a study, with its configuration.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
#[must_use = "nothing is read before `load`"]
pub struct Loader<T> {
    study: String,
    fallback: Fallback,
    mismatch: Mismatch,
    snapshot: Option<PathBuf>,
    config: std::marker::PhantomData<fn() -> T>,
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
        let loaded = repeat::in_time("load_best", async || {
            let study = db.dynamic_study(&self.study).await?;
            best_params(&study).await
        });
        match loaded.await {
            Ok((params, value, number)) => {
                let config = checked(&self.study, number, &params, self.mismatch)?;
                if let Some(file) = &self.snapshot {
                    let written = snapshot::write(file, &self.study, number, value, &params);
                    // A service must not fail at start-up because of its second choice.
                    if let Err(error) = written {
                        tracing::warn!(%error, "the snapshot is not up to date");
                    }
                }
                Ok(config)
            }
            Err(
                Error::StudyNotFound { .. }
                | Error::StudyDeleted { .. }
                | Error::NoTrial { .. }
                | Error::NoTables { .. },
            ) if self.fallback == Fallback::Defaults => Params::default_configuration(),
            Err(error) => self.load_after(error),
        }
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
        match builder.connect().await {
            Ok(db) => self.load(&db).await,
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
    fn load_after(&self, error: Error) -> Result<T> {
        if !error.is_transient() {
            return Err(error);
        }
        if let Some(file) = &self.snapshot {
            match snapshot::read(file, &self.study) {
                Ok(Some((number, params))) => {
                    tracing::warn!(%error, file = %Shown(file.display()), "reading the snapshot");
                    return checked(&self.study, number, &params, self.mismatch);
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
                Params::default_configuration()
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

/// The best configuration of a study.
async fn best<T: Tunable>(study: &DynamicStudy, mismatch: Mismatch) -> Result<Best<T>> {
    let (params, value, number) = best_params(study).await?;
    Ok(Best {
        config: checked(study.name(), number, &params, mismatch)?,
        value,
        number,
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

async fn best_params(study: &DynamicStudy) -> Result<(Params, f64, TrialNumber)> {
    match study.best_row().await? {
        Some(best) => Ok((study.params_of(&best).await?, best.value, best.number)),
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
