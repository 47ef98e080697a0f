//! What an objective gives back.

use crate::error::{BoxError, Error};
use crate::id::TrialNumber;

/// The numbers of one trial, one for each objective.
#[derive(Debug, Clone, PartialEq)]
pub struct Values(pub(crate) Vec<f64>);

impl From<f64> for Values {
    fn from(value: f64) -> Self {
        Self(vec![value])
    }
}

impl From<f32> for Values {
    fn from(value: f32) -> Self {
        Self(vec![f64::from(value)])
    }
}

impl From<Vec<f64>> for Values {
    fn from(values: Vec<f64>) -> Self {
        Self(values)
    }
}

impl<const N: usize> From<[f64; N]> for Values {
    fn from(values: [f64; N]) -> Self {
        Self(values.to_vec())
    }
}

/// Why an objective ends without a number.
///
/// Everything that converts into a boxed error converts into it, so `?` works on the errors of the
/// standard library, of this crate, of `anyhow` and `eyre`, and on a text. The reason of a failed trial
/// is the text of the error with those of its causes. `Err(Stop::Pruned)` ends the trial as PRUNED, and
/// `Err(Stop::failed("no data"))` as FAIL.
///
/// [`prune_if_needed`](crate::RunningTrial::prune_if_needed) also works in functions that return other
/// errors: its error is found among the causes of the returned error, and ends the trial as PRUNED.
///
/// ```
/// use anyhow::Context;
/// use docktuna::{OptunaDatabase, RunningTrial, Tunable};
///
/// #[derive(Tunable)]
/// struct Train {
///     #[tune(range = 0.0..=1.0)]
///     lr: f64,
/// }
///
/// async fn train(config: Train, trial: &RunningTrial) -> anyhow::Result<f64> {
///     let data = std::fs::read_to_string("no/such/file").context("the data cannot be read")?;
///     trial.report(0, config.lr).await?;
///     trial.prune_if_needed().await?;
///     Ok(config.lr + data.trim().parse::<f64>()?)
/// }
///
/// # async fn example() -> docktuna::Result<()> {
/// # let db = OptunaDatabase::in_memory();
/// let study = db.study::<Train>("sentiment").await?;
/// let run = study.optimize(|config, trial| async move { Ok(train(config, &trial).await?) });
/// assert_eq!(run.trials(1).run().await?.failed, 1);
///
/// let trial = study.trials().await?.remove(0);
/// let reason: String = trial.user_attrs["docktuna:error"].parse()?;
/// assert!(reason.starts_with("the data cannot be read: No such file"));
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Stop {
    /// The trial is stopped because it is not promising. Its last report becomes its value.
    Pruned,
    /// Something failed; its text becomes the user attribute `docktuna:error`.
    Failed(BoxError),
}

impl Stop {
    /// A failure with your own text.
    pub fn failed(reason: impl Into<BoxError>) -> Self {
        Self::Failed(reason.into())
    }
}

// It is no error itself, which would forbid this.
impl<E: Into<BoxError>> From<E> for Stop {
    fn from(error: E) -> Self {
        let error = error.into();
        if causes(error.as_ref()).any(is_pruned) {
            return Self::Pruned;
        }
        Self::Failed(error)
    }
}

/// Says that a trial was pruned, as the source of [`Error::Pruned`]: some boxes of errors hide the type of
/// the error that they hold, but none hides its source.
#[derive(Debug, thiserror::Error)]
#[error("the pruner gives it up")]
struct Pruned;

/// The error by which an objective leaves that is pruned.
pub(in crate::study) fn pruned(trial: TrialNumber) -> Error {
    let source = Box::new(Pruned);
    Error::Pruned { trial, source }
}

fn is_pruned(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<Pruned>() || matches!(error.downcast_ref(), Some(Error::Pruned { .. }))
}

/// The text of an error with those of its causes, unless it says them itself.
pub(in crate::study) fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut reason = error.to_string();
    for cause in causes(error).skip(1) {
        let cause = cause.to_string();
        if !reason.contains(&cause) {
            reason.push_str(": ");
            reason.push_str(&cause);
        }
    }
    reason
}

/// An error, its source, and so on.
fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}
