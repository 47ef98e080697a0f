//! When to try again, and how long to wait.

use std::time::{Duration, Instant};

use rand::RngExt;

use super::outlook::Outlook;
use crate::error::{Error, Result, StorageReason};

/// How long an operation is repeated, and after which errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    limit: Duration,
    /// Whether it also waits for somebody who sees to the trouble.
    waits: bool,
}

/// That of most operations. Whoever called hears of trouble at once: nothing is lost, and three seconds would
/// not end it.
pub(crate) const PATIENCE: Patience = Patience {
    limit: Duration::from_secs(3),
    waits: false,
};

/// That of what a running trial has to say, and of a run's next ask: a restart of the server, another
/// server's taking over, a full disk or a changed password must cost neither the work that was done nor the
/// worker.
pub(crate) const TRIAL_PATIENCE: Patience = Patience {
    limit: Duration::from_secs(300),
    waits: true,
};

impl Patience {
    /// Whether an operation is worth another attempt after this one has failed so.
    fn bears(self, error: &Error, attempt: u32) -> bool {
        match Outlook::of(error) {
            Outlook::Passing => true,
            // The second attempt has a new connection.
            Outlook::Elsewhere => self.waits || attempt == 1,
            Outlook::Trouble | Outlook::Refused => self.waits,
            Outlook::Lasting => false,
        }
    }
}

/// Whether a run goes on after an error of its ask, when that is over.
pub(crate) fn is_worth_waiting(error: &Error) -> bool {
    TRIAL_PATIENCE.bears(error, 1)
}

/// How long one attempt of an operation of a running trial may take: longer than a lock is waited for, and
/// shorter than a system takes to notice a line that died without a word, which may be for ever.
const ATTEMPT: Duration = Duration::from_secs(90);

/// An attempt, or an error that is worth another one. The connection of an attempt that is given up is used again
/// only if it answers in the end.
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
                reason: StorageReason::Lost,
                source: sqlx::Error::Io(silence).into(),
            })
        })
}

/// Repeats an operation that may be repeated while its error may go away by itself: at once after
/// the first failure, as a kept connection may just be stale, then after pauses that double up to a
/// few seconds, each spread at random so that a fleet does not come back all at once.
///
/// The operation is told which attempt it is, from 1 on.
pub(crate) async fn repeat<T, F>(
    patience: Patience,
    mut operation: impl FnMut(u32) -> F,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let (began, mut attempt) = (Instant::now(), 1);
    loop {
        match operation(attempt).await {
            // An attempt may outlast the limit. What its lost answer was is worth a second one.
            Err(error)
                if patience.bears(&error, attempt)
                    && (attempt == 1 || began.elapsed() < patience.limit) =>
            {
                tracing::debug!(attempt, %error, "trying again");
                pause(attempt).await;
                attempt += 1;
            }
            Err(Error::Storage {
                op, reason, source, ..
            }) => {
                return Err(Error::Storage {
                    op,
                    attempts: attempt,
                    reason,
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
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::error::ConnectReason;

    /// A caller hears at once of what somebody has to see to, and after one more connection that a server only
    /// reads; a running trial goes on.
    #[tokio::test(start_paused = true)]
    async fn f02_f17_who_waits_for_what() {
        let refused = |reason| Error::Connect {
            target: String::new(),
            reason,
            source: "refused".into(),
        };
        let read_only = || Error::ReadOnly {
            target: String::new(),
            op: "report",
            source: "cannot execute INSERT".into(),
        };
        let errors: [(&dyn Fn() -> Error, u32); 3] = [
            (&|| refused(ConnectReason::Authentication), 1),
            (&|| refused(ConnectReason::MissingDatabase), 1),
            (&read_only, 2),
        ];
        for (error, attempts) in errors {
            let tried = AtomicU32::new(0);
            let attempt = async |end: u32| match tried.fetch_add(1, Ordering::Relaxed) + 1 {
                tried if tried < end => Err(error()),
                _ => Ok(()),
            };
            let given_up = repeat(PATIENCE, |_| attempt(u32::MAX)).await;
            assert!(given_up.is_err());
            assert_eq!(tried.swap(0, Ordering::Relaxed), attempts);
            repeat(TRIAL_PATIENCE, |_| attempt(50)).await.unwrap();
        }
    }

    /// A line on which nothing comes any more costs an attempt, and the next one is on another line.
    #[tokio::test(start_paused = true)]
    async fn an_attempt_without_an_answer_is_repeated() {
        let mut attempts = 0;
        let result = repeat(TRIAL_PATIENCE, |attempt| {
            attempts = attempt;
            let silent = attempt == 1;
            in_time("report", async move || match silent {
                true => std::future::pending().await,
                false => Ok(()),
            })
        });
        result.await.unwrap();
        assert_eq!(attempts, 2);
    }

    /// An attempt may take longer than the limit, and its answer is looked for by the second one.
    #[tokio::test]
    async fn a_first_attempt_that_outlasts_the_limit_is_repeated_once() {
        let patience = Patience {
            limit: Duration::ZERO,
            ..PATIENCE
        };
        let mut attempts = 0;
        let result: Result<()> = repeat(patience, |attempt| {
            attempts = attempt;
            std::future::ready(Err(Error::Storage {
                op: "ask",
                attempts: 1,
                reason: StorageReason::Lost,
                source: "silence".into(),
            }))
        })
        .await;
        assert!(result.is_err());
        assert_eq!(attempts, 2);
    }
}
