//! Work that a caller leaves half done when it gives up, for the next one to go on with.
//!
//! Opening a connection may take longer than a caller waits. If each caller threw away what it has of
//! one, none would ever be open. So the future itself is kept, and whoever needs the same next goes on
//! where it was left. No task drives it meanwhile: on a runtime that nobody drives a task would hold
//! its place for ever, and what the other side answers waits in the socket.

use std::pin::Pin;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, Id};

use crate::lock::lock;

/// After this long nobody goes on with it: the other side may have given up.
const STALE: Duration = Duration::from_secs(5);

/// The runtime of the caller, whose sockets and timers no other runtime wakes.
pub(in crate::storage) fn runtime() -> Option<Id> {
    Handle::try_current().ok().map(|runtime| runtime.id())
}

/// What callers left half done.
pub(in crate::storage) struct Unfinished<T>(Mutex<Vec<Piece<T>>>);

struct Piece<T> {
    work: Pin<Box<dyn Future<Output = T> + Send>>,
    runtime: Option<Id>,
    left: Instant,
}

impl<T> Piece<T> {
    fn is_fresh(&self) -> bool {
        self.left.elapsed() < STALE
    }
}

impl<T> Default for Unfinished<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Unfinished<T> {
    /// Goes on with a piece of work of this runtime, or begins one. Each that is begun takes the place
    /// of one that nobody can go on with, so that there are never more than callers at once.
    pub(in crate::storage) async fn finish<F>(&self, begin: impl FnOnce() -> F) -> T
    where
        F: Future<Output = T> + Send + 'static,
    {
        let runtime = runtime();
        let piece = self.take(runtime).unwrap_or_else(|| Piece {
            work: Box::pin(begin()),
            runtime,
            left: Instant::now(),
        });
        Going {
            piece: Some(piece),
            unfinished: self,
        }
        .await
    }

    fn take(&self, runtime: Option<Id>) -> Option<Piece<T>> {
        let mut pieces = self.lock();
        pieces.retain(Piece::is_fresh);
        let own = pieces.iter().position(|piece| piece.runtime == runtime);
        let taken = own.map(|own| pieces.swap_remove(own));
        if taken.is_none() {
            pieces.pop();
        }
        taken
    }

    /// Drops what nobody goes on with any more.
    pub(in crate::storage) fn forget_stale(&self) {
        self.lock().retain(Piece::is_fresh);
    }

    pub(in crate::storage) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Piece<T>>> {
        lock(&self.0)
    }
}

/// A piece of work in the hands of a caller.
struct Going<'a, T> {
    /// None once it is done.
    piece: Option<Piece<T>>,
    unfinished: &'a Unfinished<T>,
}

impl<T> Future for Going<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let piece = self.piece.as_mut().expect("no future is polled when done");
        let done = piece.work.as_mut().poll(context);
        if done.is_ready() {
            self.piece = None;
        }
        done
    }
}

impl<T> Drop for Going<'_, T> {
    fn drop(&mut self) {
        if let Some(mut piece) = self.piece.take() {
            piece.left = Instant::now();
            self.unfinished.lock().push(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Waker;

    use super::*;

    /// Takes four polls.
    async fn slow(begun: &'static AtomicU32) -> u32 {
        let number = begun.fetch_add(1, Ordering::Relaxed);
        let mut polls = 0;
        poll_fn(|_| {
            polls += 1;
            match polls {
                4 => Poll::Ready(number),
                _ => Poll::Pending,
            }
        })
        .await
    }

    #[test]
    fn callers_that_poll_once_finish_it_together() {
        static BEGUN: AtomicU32 = AtomicU32::new(0);
        let unfinished = Unfinished::default();
        let mut context = Context::from_waker(Waker::noop());
        let mut once = || {
            Box::pin(unfinished.finish(|| slow(&BEGUN)))
                .as_mut()
                .poll(&mut context)
        };
        for _ in 0..3 {
            assert_eq!(once(), Poll::Pending);
        }
        assert_eq!(once(), Poll::Ready(0));
        assert_eq!(once(), Poll::Pending, "what is done is gone");
        assert_eq!(BEGUN.load(Ordering::Relaxed), 2);
    }

    /// Two at once need two.
    #[test]
    fn a_piece_is_in_one_hand_only() {
        static BEGUN: AtomicU32 = AtomicU32::new(0);
        let unfinished = Unfinished::default();
        let mut context = Context::from_waker(Waker::noop());
        {
            let mut one = Box::pin(unfinished.finish(|| slow(&BEGUN)));
            let mut other = Box::pin(unfinished.finish(|| slow(&BEGUN)));
            assert!(one.as_mut().poll(&mut context).is_pending());
            assert!(other.as_mut().poll(&mut context).is_pending());
        }
        assert_eq!(unfinished.lock().len(), 2);
        assert_eq!(BEGUN.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn another_runtime_begins_anew() {
        static BEGUN: AtomicU32 = AtomicU32::new(0);
        let unfinished = Unfinished::default();
        let new = || {
            tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap()
        };
        let poll = || {
            let mut context = Context::from_waker(Waker::noop());
            Box::pin(unfinished.finish(|| slow(&BEGUN)))
                .as_mut()
                .poll(&mut context)
        };
        for (begun, runtime) in (1..).zip([new(), new()]) {
            let _entered = runtime.enter();
            for _ in 0..2 {
                assert!(poll().is_pending());
                assert_eq!(BEGUN.load(Ordering::Relaxed), begun);
                assert_eq!(unfinished.lock().len(), 1);
            }
        }
    }
}
