//! When to try again, and how long to wait.

use std::time::{Duration, Instant};

use rand::RngExt;

use crate::error::{Error, Result};

/// How long an operation is repeated.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// How long one of a running trial is, and a run's next ask: a restart of the server, or another
/// server's taking over, must cost neither the work that was done nor the worker.
pub(crate) const TRIAL_PATIENCE: Duration = Duration::from_secs(300);

/// How long one attempt of an operation of a running trial may take: longer than a lock is waited for, and
/// shorter than a system takes to notice a line that died without a word, which may be for ever.
const ATTEMPT: Duration = Duration::from_secs(90);

/// An attempt, or an error that is worth another one. The connection of an attempt that is given up is closed.
pub(crate) async fn in_time<T>(
    op: &'static str,
    attempt: impl AsyncFnOnce() -> Result<T>,
) -> Result<T> {
    tokio::time::timeout(ATTEMPT, attempt())
        .await
        .unwrap_or_else(|_| {
            let silence = std::io::Error::from(std::io::ErrorKind::TimedOut);
            Err(Error::Storage {
                op,
                attempts: 1,
                source: sqlx::Error::Io(silence).into(),
            })
        })
}

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

#[cfg(test)]
mod tests {
    use super::*;

    /// A line on which nothing comes any more costs an attempt, and the next one is on another line.
    #[tokio::test(start_paused = true)]
    async fn an_attempt_without_an_answer_is_repeated() {
        let mut attempts = 0;
        let result = repeat(TRIAL_PATIENCE, || {
            attempts += 1;
            let silent = attempts == 1;
            in_time("report", async move || match silent {
                true => std::future::pending().await,
                false => Ok(()),
            })
        });
        result.await.unwrap();
        assert_eq!(attempts, 2);
    }
}
