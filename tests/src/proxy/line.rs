//! One connection: its bytes read as messages, counted, and held up where a trap says so.

use std::io;
use std::sync::Arc;

use super::Shared;
use super::counts::Tally;
use super::fault::Fault;
use super::message::{Messages, Prepared};

/// What is known of a connection. It sees all bytes before they are passed on, and so before anybody can react.
pub(super) struct Line {
    requests: Messages,
    answers: Messages,
    prepared: Prepared,
    tally: Tally,
    fault: Fault,
    shared: Arc<Shared>,
}

/// What of some bytes is passed on.
pub(super) struct Passed {
    pub(super) bytes: Vec<u8>,
    /// Whether the connection is reset behind them.
    pub(super) ends: bool,
}

impl Passed {
    fn first(mut bytes: Vec<u8>, passed: usize) -> Self {
        let ends = passed < bytes.len();
        bytes.truncate(passed);
        Self { bytes, ends }
    }
}

impl Line {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        shared.counts().connections += 1;
        Self {
            requests: Messages::of_client(),
            answers: Messages::of_server(),
            prepared: Prepared::default(),
            tally: Tally::default(),
            fault: Fault::default(),
            shared,
        }
    }

    /// Bytes that the client sent. They are passed on by whole messages.
    ///
    /// # Errors
    /// When the connection is reset instead.
    pub(super) fn request(&mut self, bytes: &[u8]) -> io::Result<Passed> {
        self.requests.push(bytes);
        let mut whole = Vec::with_capacity(bytes.len());
        while let Some(message) = self.requests.next() {
            let sql = self.prepared.sql(&message);
            let sql = sql.as_deref();
            self.tally.request(&message, sql, &mut self.shared.counts());
            self.fault.request(&message, sql, &mut self.shared.trap())?;
            whole.extend_from_slice(&message.bytes);
        }
        let passed = self.fault.pass_request(whole.len());
        Ok(Passed::first(whole, passed))
    }

    /// Bytes that the server sent.
    ///
    /// # Errors
    /// When the connection is reset instead.
    pub(super) fn answer(&mut self, bytes: &[u8]) -> io::Result<Passed> {
        let passed = self.fault.pass_answer(bytes.len());
        self.answers.push(bytes);
        {
            let mut counts = self.shared.counts();
            self.tally.answered(bytes.len(), &mut counts);
            while let Some(message) = self.answers.next() {
                self.tally.answer(&message, &mut counts);
                self.fault.answer(&message)?;
            }
        }
        Ok(match passed {
            Some(passed) => Passed::first(bytes.to_vec(), passed),
            None => Passed::first(Vec::new(), 0),
        })
    }
}
