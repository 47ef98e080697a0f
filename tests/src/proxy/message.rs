//! PostgreSQL's messages: where each begins and ends, and which SQL it carries out.

use std::collections::HashMap;

pub(super) const QUERY: u8 = b'Q';
const PARSE: u8 = b'P';
const BIND: u8 = b'B';
const EXECUTE: u8 = b'E';
pub(super) const SYNC: u8 = b'S';
pub(super) const TERMINATE: u8 = b'X';
/// The first message of a client has no kind.
pub(super) const START_UP: u8 = 0;

/// Of the server's: a statement was carried out, and the tag says which.
pub(super) const COMPLETE: u8 = b'C';
/// Of the server's: a statement failed.
pub(super) const ERROR: u8 = b'E';
/// Of the server's: everything up to here is answered.
pub(super) const READY: u8 = b'Z';

pub(super) struct Message {
    pub(super) kind: u8,
    /// All of it, as it came.
    pub(super) bytes: Vec<u8>,
}

impl Message {
    /// What follows the kind and the length.
    pub(super) fn body(&self) -> &[u8] {
        self.bytes.get(5..).unwrap_or_default()
    }

    /// The text fields at its start.
    fn texts(&self) -> impl Iterator<Item = String> {
        self.body()
            .split(|byte| *byte == 0)
            .map(|text| String::from_utf8_lossy(text).into_owned())
    }
}

/// One side of a connection, cut into messages.
pub(super) struct Messages {
    bytes: Vec<u8>,
    /// How many of the bytes were taken.
    taken: usize,
    started: bool,
}

impl Messages {
    pub(super) fn of_client() -> Self {
        Self {
            bytes: Vec::new(),
            taken: 0,
            started: false,
        }
    }

    pub(super) fn of_server() -> Self {
        Self {
            started: true,
            ..Self::of_client()
        }
    }

    /// Bytes that have arrived.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..std::mem::take(&mut self.taken));
        self.bytes.extend_from_slice(bytes);
    }

    /// The next message that has arrived as a whole.
    pub(super) fn next(&mut self) -> Option<Message> {
        let unread = &self.bytes[self.taken..];
        let header = usize::from(self.started);
        let length = unread.get(header..header + 4)?;
        let length = u32::from_be_bytes(length.try_into().expect("four bytes"));
        let end = header + usize::try_from(length).expect("a length fits");
        let bytes = unread.get(..end)?.to_vec();
        let kind = if self.started { bytes[0] } else { START_UP };
        self.taken += end;
        self.started = true;
        Some(Message { kind, bytes })
    }
}

/// What a client has prepared: later messages only name it.
#[derive(Default)]
pub(super) struct Prepared {
    /// Name to SQL.
    statements: HashMap<String, String>,
    /// Name to SQL.
    portals: HashMap<String, String>,
}

impl Prepared {
    /// The SQL that a client's message carries out, if it does.
    pub(super) fn sql(&mut self, message: &Message) -> Option<String> {
        let mut texts = message.texts();
        let first = texts.next()?;
        match message.kind {
            QUERY => Some(first),
            PARSE => {
                self.statements.insert(first, texts.next()?);
                None
            }
            BIND => {
                let sql = self.statements.get(&texts.next()?);
                let sql = sql.cloned().unwrap_or_default();
                self.portals.insert(first, sql);
                None
            }
            EXECUTE => Some(self.portals.get(&first).cloned().unwrap_or_default()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BIND, EXECUTE, Messages, PARSE, Prepared, QUERY, START_UP};

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).expect("short");
        [&[kind], &length.to_be_bytes()[..], body].concat()
    }

    #[test]
    fn messages_are_found_however_they_arrive() {
        let start = message(0, b"user\0");
        let bytes = [
            &start[1..],
            &message(QUERY, b"SELECT 1\0"),
            &message(b'S', b""),
        ]
        .concat();
        for size in 1..=bytes.len() {
            let (mut messages, mut kinds, mut all) =
                (Messages::of_client(), Vec::new(), Vec::new());
            for part in bytes.chunks(size) {
                messages.push(part);
                while let Some(message) = messages.next() {
                    kinds.push(message.kind);
                    all.extend(message.bytes);
                }
            }
            assert_eq!(kinds, [START_UP, QUERY, b'S']);
            assert_eq!(all, bytes);
        }
    }

    #[test]
    fn an_execution_is_known_by_what_was_prepared() {
        let (mut messages, mut prepared) = (Messages::of_server(), Prepared::default());
        for (kind, body) in [
            (PARSE, &b"s1\0SELECT 1\0\0\0"[..]),
            (BIND, b"p1\0s1\0"),
            (EXECUTE, b"p1\0\0\0\0\0"),
            (EXECUTE, b"p2\0\0\0\0\0"),
            (QUERY, b"COMMIT\0"),
        ] {
            messages.push(&message(kind, body));
        }
        let mut sql = Vec::new();
        while let Some(message) = messages.next() {
            sql.extend(prepared.sql(&message));
        }
        assert_eq!(sql, ["SELECT 1", "", "COMMIT"]);
    }
}
