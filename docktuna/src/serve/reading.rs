//! Messages whose sender falls silent: a call that waits for the rest of one takes the place of another.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;
use tokio::time::{Sleep, sleep};
use tonic::Status;

/// How long a client may be silent in the middle of a message.
const SILENCE: Duration = Duration::from_secs(10);

/// A body that ends with an error when nothing comes for too long. What is there needs no timer, and nearly every
/// message is there at once.
pub(super) struct Timed {
    body: Body,
    silence: Option<Pin<Box<Sleep>>>,
}

impl Timed {
    pub(super) fn new(body: Body) -> Self {
        Self {
            body,
            silence: None,
        }
    }
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.silence = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)));
        }
        let silence = self.silence.get_or_insert_with(|| Box::pin(sleep(SILENCE)));
        ready!(silence.as_mut().poll(context));
        let status = Status::deadline_exceeded("the rest of the message did not come");
        Poll::Ready(Some(Err(status.into())))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use tokio::time::Instant;

    use super::*;

    /// Frames that come after so many seconds each; then nothing more.
    struct Slow(VecDeque<(u64, &'static [u8])>, Option<Pin<Box<Sleep>>>);

    impl Slow {
        fn new(frames: impl Into<VecDeque<(u64, &'static [u8])>>) -> Self {
            Self(frames.into(), None)
        }
    }

    impl HttpBody for Slow {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            let Some((seconds, bytes)) = self.0.front().copied() else {
                return Poll::Pending;
            };
            let wait = || Box::pin(sleep(Duration::from_secs(seconds)));
            let waited = self.1.get_or_insert_with(wait);
            ready!(waited.as_mut().poll(context));
            self.1 = None;
            self.0.pop_front();
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(bytes)))))
        }
    }

    async fn next(body: &mut Timed) -> Result<Bytes, BoxError> {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
        frame.unwrap().map(|frame| frame.into_data().expect("data"))
    }

    #[tokio::test(start_paused = true)]
    async fn only_silence_ends_a_message() {
        let slow = Slow::new([(0, &b"a"[..]), (9, b"b"), (9, b"c")]);
        let mut body = Timed::new(Body::new(slow));
        for wanted in ["a", "b", "c"] {
            assert_eq!(next(&mut body).await.unwrap(), wanted);
        }
        let silent = Instant::now();
        let error = next(&mut body).await.unwrap_err();
        let status = error.downcast_ref::<Status>().unwrap();
        assert_eq!(status.code(), tonic::Code::DeadlineExceeded);
        assert_eq!(silent.elapsed().as_secs(), 10);
    }
}
