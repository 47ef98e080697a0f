//! When to try again, and how long to wait.

use std::time::{Duration, Instant};

use rand::RngExt;

use crate::error::{Error, Result};

/// How long an operation is repeated.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// How long one of a running trial is, and a run's next ask: a restart of the server, or another
/// server's taking over, must cost neither the work that was done nor the worker.
pub(crate) const TRIAL_PATIENCE: Duration = Duration::from_secs(300);

/// Repeats an operation that may be repeated while its error may go away by itself: at once after
/// the first failure, as a kept connection may just be stale, then after pauses that double up to a
/// few seconds, each spread at random so that a fleet does not come back all at once.
pub(crate) async fn repeat<T, F>(patience: Duration, mut operation: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let (began, mut attempt) = (Instant::now(), 1);
    loop {
        match operation().await {
            Err(error) if error.is_transient() && began.elapsed() < patience => {
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
        let longest = Duration::from_millis(50) * 2_u32.pow(attempt.min(6));
        let pause = longest.mul_f64(rand::rng().random_range(0.5..1.0));
        tokio::time::sleep(pause).await;
    }
}
