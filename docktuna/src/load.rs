//! Best parameters, back in the struct and checked.
//!
//! Loading reads and never writes: three indexed queries, for the study, its best trial and that
//! trial's parameters.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::aliases::Aliases;
use crate::codec;
use crate::database::{DatabaseBuilder, OptunaDatabase};
use crate::diff::{Difference, DifferenceKind, Mismatch, SpaceDiff, Subject, compare};
use crate::distribution::Distribution;
use crate::error::{Error, Result};
use crate::id::TrialNumber;
use crate::params::Params;
use crate::rules;
use crate::study::DynamicStudy;
use crate::tunable::Tunable;

/// The best trial of a study as a configuration.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Best<T> {
    /// Its configuration.
    pub config: T,
    /// Its number for the objective.
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
    /// Its number for each objective, in the study's order.
    pub values: Vec<f64>,
    /// Its place in the study.
    pub number: TrialNumber,
}

/// What to do where a study has no best trial, or does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Fallback {
    /// Fail.
    #[default]
    Error,
    /// Take the declared defaults; every searched field has to have one.
    Defaults,
}

/// Loads the best configuration of a study; every [`Tunable`] type has it.
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
}

impl<T: Tunable> Load for T {}

/// Loads the best configuration of a study.
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
    /// What to do where the study does not exist or has no best trial; fails by default.
    pub fn on_missing(mut self, fallback: Fallback) -> Self {
        self.fallback = fallback;
        self
    }

    /// What to overlook in a trial that was drawn from another space; nothing by default.
    pub fn on_mismatch(mut self, mismatch: Mismatch) -> Self {
        self.mismatch = mismatch;
        self
    }

    /// A file that is written after every success and read, and checked like the database, when the
    /// database cannot be reached.
    pub fn snapshot(mut self, file: impl AsRef<Path>) -> Self {
        self.snapshot = Some(file.as_ref().to_owned());
        self
    }

    /// Loads the configuration.
    ///
    /// # Errors
    ///
    /// As [`Load::load_best`], except for what the policies allow; [`Error::MissingDefaults`] where
    /// the defaults are to be used and not every field has one; [`Error::Snapshot`] if the file is
    /// needed and cannot be read.
    pub async fn load(&self, db: &OptunaDatabase) -> Result<T> {
        let loaded = async {
            let study = db.dynamic_study(&self.study).await?;
            best_params(&study).await
        }
        .await;
        match loaded {
            Ok((params, value, number)) => {
                let config = checked(&self.study, number, &params, self.mismatch)?;
                if let Some(file) = &self.snapshot {
                    let written = write_snapshot(file, &self.study, number, value, &params);
                    // A service must not fail at start-up because of its second choice.
                    if let Err(error) = written {
                        tracing::warn!(%error, "the snapshot is not up to date");
                    }
                }
                Ok(config)
            }
            Err(error) if error.is_transient() => self.read_snapshot_after(error),
            Err(Error::StudyNotFound { .. } | Error::NoTrial { .. } | Error::NoTables { .. })
                if self.fallback == Fallback::Defaults =>
            {
                defaults()
            }
            Err(error) => Err(error),
        }
    }

    /// Connects and loads; with a [`snapshot`](Self::snapshot) it also serves where no connection
    /// comes about.
    ///
    /// # Errors
    ///
    /// As [`DatabaseBuilder::connect`] and [`load`](Self::load).
    pub async fn load_from(&self, builder: DatabaseBuilder) -> Result<T> {
        match builder.connect().await {
            Ok(db) => self.load(&db).await,
            Err(error) => self.read_snapshot_after(error),
        }
    }

    /// Loads from the snapshot where the database failed with `error`.
    fn read_snapshot_after(&self, error: Error) -> Result<T> {
        match &self.snapshot {
            Some(file) if error.is_transient() => {
                tracing::warn!(%error, file = %file.display(), "reading the snapshot");
                let (number, params) = read_snapshot(file, &self.study)?;
                checked(&self.study, number, &params, self.mismatch)
            }
            _ => Err(error),
        }
    }
}

/// The best configuration of a study.
pub(crate) async fn best<T: Tunable>(study: &DynamicStudy, mismatch: Mismatch) -> Result<Best<T>> {
    let (params, value, number) = best_params(study).await?;
    Ok(Best {
        config: checked(study.name(), number, &params, mismatch)?,
        value,
        number,
    })
}

/// The configurations that no other one beats in every objective.
pub(crate) async fn pareto_front<T: Tunable>(
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
    let params = Aliases::of(T::SPACE).translated(params);
    match compare(T::SPACE, &params, mismatch) {
        Ok(()) => {
            let config: T = params.replay();
            rules::validate(&config).map_err(|reason| Error::BestRefused {
                trial,
                type_name: T::NAME,
                reason,
            })?;
            Ok(config)
        }
        Err(differences) => Err(match differences.as_slice() {
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
        }),
    }
}

fn defaults<T: Tunable>() -> Result<T> {
    let params = Params::defaults(T::SPACE).map_err(|missing| Error::MissingDefaults {
        type_name: T::NAME,
        missing,
    })?;
    let config: T = params.replay();
    rules::validate(&config).map_err(|reason| Error::Refused {
        type_name: T::NAME,
        reason,
    })?;
    Ok(config)
}

fn write_snapshot(
    file: &Path,
    study: &str,
    number: TrialNumber,
    value: f64,
    params: &Params,
) -> Result<()> {
    let members = params.iter().map(|p| {
        format!(
            "    {}: {{\"stored\": {}, \"distribution\": {}}}",
            codec::write_json_text(p.name()),
            codec::write_value(&p.stored().into()),
            codec::write_distribution(p.distribution())
        )
    });
    let text = format!(
        "{{\n  \"study\": {},\n  \"trial\": {number},\n  \"value\": {},\n  \"params\": {{\n{}\n  }}\n}}\n",
        codec::write_json_text(study),
        codec::write_value(&value.into()),
        members.collect::<Vec<_>>().join(",\n")
    );
    // Into a file beside it first, so that a reader never sees half of it.
    let mut partial = file.as_os_str().to_owned();
    partial.push(format!(".{}.part", std::process::id()));
    let partial = PathBuf::from(partial);
    std::fs::File::create(&partial)
        .and_then(|mut out| out.write_all(text.as_bytes()).and_then(|()| out.sync_all()))
        .and_then(|()| std::fs::rename(&partial, file))
        .map_err(|error| snapshot(file, &format!("it cannot be written: {error}")))
}

fn read_snapshot(file: &Path, study: &str) -> Result<(TrialNumber, Params)> {
    let broken = |reason: &str| snapshot(file, reason);
    let text = std::fs::read_to_string(file)
        .map_err(|error| broken(&format!("it cannot be read: {error}")))?;
    let json = codec::read_json(&text).map_err(|why| broken(&why))?;
    let name = json.get("study").cloned().map(codec::Json::into_value);
    if name.as_ref().and_then(crate::Value::as_str) != Some(study) {
        return Err(broken("it belongs to another study"));
    }
    let (Some(trial), Some(codec::Json::Object(members))) = (
        json.get("trial").and_then(codec::Json::as_f64),
        json.get("params"),
    ) else {
        return Err(broken("it is no snapshot of docktuna"));
    };
    let mut params = Params::default();
    for (name, member) in members {
        let parameter = member.get("stored").and_then(codec::Json::as_f64).zip(
            member
                .get("distribution")
                .and_then(|json| codec::read_distribution(&json.to_text()).ok()),
        );
        let (stored, distribution): (f64, Distribution) =
            parameter.ok_or_else(|| broken(&format!("its parameter {name:?} is broken")))?;
        params.push(name, distribution, stored);
    }
    #[allow(clippy::cast_possible_truncation, reason = "written from an i32")]
    Ok((TrialNumber(trial as i32), params))
}

fn snapshot(file: &Path, reason: &str) -> Error {
    Error::Snapshot {
        path: file.to_owned(),
        reason: reason.to_owned(),
    }
}
