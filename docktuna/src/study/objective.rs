//! What an objective gives back.

use crate::error::BoxError;

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
/// Every error type turns into it, so `?` works; `Err(Stop::Pruned)` ends the trial as PRUNED, and
/// `Err(Stop::failed("no data"))` as FAIL.
#[derive(Debug)]
#[non_exhaustive]
pub enum Stop {
    /// The trial is not promising; its last report becomes its value.
    Pruned,
    /// Something failed; the text becomes the user attribute `docktuna:error`.
    Failed(BoxError),
}

impl Stop {
    /// A failure with a text of one's own.
    pub fn failed(reason: impl Into<BoxError>) -> Self {
        Self::Failed(reason.into())
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(Box::new(error))
    }
}
