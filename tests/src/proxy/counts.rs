//! What went through, counted.

use super::message::{COMPLETE, ERROR, Message, QUERY, READY, TERMINATE};
use super::sql::{first_word, split_statements};

/// What went through since the start or the last [`Proxy::reset`](super::Proxy::reset), over all connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How often a client spoke after the server had: each time it had waited for the server. Connecting counts
    /// (start-up, then one per message of authentication); the farewell of a closing client does not.
    pub round_trips: u64,
    /// Statements sent: each of a simple query's, and each execution of a prepared one. Comments alone, as pings
    /// send them, count too.
    pub statements: u64,
    /// Those of them that are `COMMIT` or `END`. A statement outside of a transaction commits without one.
    pub commits: u64,
    /// Transactions that the server carried out and kept, those of a single statement included.
    pub transactions: u64,
    /// Connections accepted.
    pub connections: u64,
    /// Bytes that the server sent.
    pub bytes_answered: u64,
}

/// What counting has to know of one connection.
pub(super) struct Tally {
    server_spoke: bool,
    /// Whether a statement was carried out that a commit keeps.
    done: bool,
}

impl Default for Tally {
    /// The connection itself is a turn of the server's.
    fn default() -> Self {
        Self {
            server_spoke: true,
            done: false,
        }
    }
}

impl Tally {
    /// A client's message, and the SQL that it carries out.
    pub(super) fn request(&mut self, message: &Message, sql: Option<&str>, counts: &mut Counts) {
        if message.kind != TERMINATE && std::mem::take(&mut self.server_spoke) {
            counts.round_trips += 1;
        }
        let pieces = match sql {
            Some(sql) if message.kind == QUERY => split_statements(sql),
            // A prepared statement is exactly one.
            Some(sql) => vec![sql],
            None => Vec::new(),
        };
        for piece in pieces {
            counts.statements += 1;
            let word = first_word(piece);
            if word.eq_ignore_ascii_case("commit") || word.eq_ignore_ascii_case("end") {
                counts.commits += 1;
            }
        }
    }

    /// Bytes that the server sent.
    pub(super) fn answered(&mut self, length: usize, counts: &mut Counts) {
        self.server_spoke = true;
        counts.bytes_answered += length as u64;
    }

    /// A message of the server's.
    pub(super) fn answer(&mut self, message: &Message, counts: &mut Counts) {
        match message.kind {
            COMPLETE => self.done = !message.body().starts_with(b"ROLLBACK"),
            ERROR => self.done = false,
            // Ready, and in no transaction any more.
            READY if message.body() == b"I" => {
                counts.transactions += u64::from(std::mem::take(&mut self.done));
            }
            _ => {}
        }
    }
}
