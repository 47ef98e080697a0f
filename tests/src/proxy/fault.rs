//! Connections that end at a chosen statement.

use std::io;

use super::message::{Message, QUERY, READY, START_UP, SYNC};

/// Ends the connection that next sends a statement with this text in it.
pub(super) struct Trap {
    pub(super) text: String,
    pub(super) moment: Moment,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// The server never gets it.
    Before,
    /// The server carries it out; the client never gets the answer.
    After,
    /// After so many more bytes in both directions, counted from the write that the statement came in.
    Within(usize),
}

/// How one connection ends, if a trap has sprung.
#[derive(Default)]
pub(super) struct Fault {
    /// How many answers the client is waiting for.
    awaited: usize,
    /// The statement of the trap was sent, but not yet what makes the server answer it.
    sprung: bool,
    /// Nothing passes any more, and so many answers later the connection ends.
    ends_after: Option<usize>,
    /// So many more bytes may pass.
    left: Option<usize>,
}

impl Fault {
    /// A client's message, and the SQL that it carries out.
    ///
    /// # Errors
    /// When the connection ends here. What came before it in the same write is lost with it, as it may be on a network.
    pub(super) fn request(
        &mut self,
        message: &Message,
        sql: Option<&str>,
        trap: &mut Option<Trap>,
    ) -> io::Result<()> {
        let springs = |trap: &mut Trap| sql.is_some_and(|sql| sql.contains(&trap.text));
        match trap.take_if(springs).map(|trap| trap.moment) {
            Some(Moment::Before) => return Err(io::ErrorKind::ConnectionReset.into()),
            Some(Moment::After) => self.sprung = true,
            Some(Moment::Within(bytes)) => self.left = Some(bytes),
            None => {}
        }
        // A prepared statement is committed and answered at the Sync behind it, a simple query at once.
        let is_answered = matches!(message.kind, START_UP | QUERY | SYNC);
        self.awaited += usize::from(is_answered);
        if is_answered && std::mem::take(&mut self.sprung) {
            self.ends_after = Some(self.awaited);
        }
        Ok(())
    }

    /// A message of the server's.
    ///
    /// # Errors
    /// When the connection ends here.
    pub(super) fn answer(&mut self, message: &Message) -> io::Result<()> {
        if message.kind != READY {
            return Ok(());
        }
        self.awaited = self.awaited.saturating_sub(1);
        if let Some(answers) = &mut self.ends_after {
            *answers = answers.saturating_sub(1);
            if *answers == 0 {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
        }
        Ok(())
    }

    /// How many of so many bytes of a client's may pass.
    pub(super) fn pass_request(&mut self, length: usize) -> usize {
        let Some(left) = &mut self.left else {
            return length;
        };
        let passed = length.min(*left);
        *left -= passed;
        passed
    }

    /// How many of so many bytes of the server's may pass; `None` if they are kept back while the connection lives.
    pub(super) fn pass_answer(&mut self, length: usize) -> Option<usize> {
        if self.ends_after.is_some() {
            return None;
        }
        Some(self.pass_request(length))
    }
}
