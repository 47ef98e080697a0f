//! When to try again, and how long to wait.

use std::time::Duration;

use rand::RngExt;

use crate::error::{Error, Result};

/// How often an operation is tried.
const ATTEMPTS: u32 = 6;

/// Repeats an operation that may be repeated while its error may go away by itself: at once after
/// the first failure, as a kept connection may just be stale, then after pauses that double up to a
/// few seconds, each spread at random so that a fleet does not come back all at once.
pub(crate) async fn repeat<T, F>(mut operation: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut attempt = 1;
    loop {
        match operation().await {
            Err(error) if error.is_transient() && attempt < ATTEMPTS => {
                tracing::debug!(attempt, %error, "trying again");
                pause(attempt).await;
                attempt += 1;
            }
            Err(Error::Storage { op, source, .. }) => {
                return Err(Error::Storage {
                    op,
                    attempts: attempt,
                    source,
                });
            }
            result => return result,
        }
    }
}

/// Waits before the attempt that follows `attempt`.
pub(crate) async fn pause(attempt: u32) {
    if attempt > 1 {
        let longest = Duration::from_millis(50) * 2_u32.pow(attempt.min(7));
        let pause = longest.mul_f64(rand::rng().random_range(0.5..1.0));
        tokio::time::sleep(pause).await;
    }
}
