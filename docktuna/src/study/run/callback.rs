//! What a run calls when one of its trials has ended.

use super::interrupt::Executing;
use super::task::{AbortOnDrop, panic_text};
use crate::error::{BoxError, Error, Result};
use crate::study::Study;
use crate::trial::FrozenTrial;

type Start<T> = Box<
    dyn Fn(Study<T>, FrozenTrial, Option<Executing>) -> AbortOnDrop<Result<(), BoxError>>
        + Send
        + Sync,
>;

/// The callbacks of a run, in the order in which they were added.
pub(in crate::study) struct Callbacks<T>(Vec<Start<T>>);

impl<T> Default for Callbacks<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Callbacks<T> {
    /// Adds one, by what starts it: in a task of its own, so that a panic is no worse than an error.
    pub(in crate::study) fn add(
        &mut self,
        start: impl Fn(Study<T>, FrozenTrial, Option<Executing>) -> AbortOnDrop<Result<(), BoxError>>
        + Send
        + Sync
        + 'static,
    ) {
        self.0.push(Box::new(start));
    }

    pub(in crate::study) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Calls one after the other, each with a mark to hold until it ends; the first error ends it.
    pub(in crate::study) async fn call(
        &self,
        study: &Study<T>,
        trial: &FrozenTrial,
        mark: impl Fn() -> Option<Executing>,
    ) -> Result<()> {
        for start in &self.0 {
            let source = match start(study.clone(), trial.clone(), mark()).await {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => error,
                Err(error) => panic_text("it", error).into(),
            };
            return Err(Error::Callback {
                trial: trial.number,
                source,
            });
        }
        Ok(())
    }
}
