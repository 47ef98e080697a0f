//! Tasks of a run: one that is dropped ends, and one that panicked says why.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::{JoinError, JoinHandle};

/// A task that ends with the run that started it.
pub(in crate::study) struct AbortOnDrop<T>(pub(in crate::study) JoinHandle<T>);

impl<T> Future for AbortOnDrop<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Why a task has no result.
pub(in crate::study) fn panic_text(what: &str, error: JoinError) -> String {
    let Ok(payload) = error.try_into_panic() else {
        return format!("{what} was cancelled");
    };
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned());
    format!(
        "{what} panicked: {}",
        text.unwrap_or_else(|| "without a text".to_owned())
    )
}
