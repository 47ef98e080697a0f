//! A TCP proxy between a client and PostgreSQL that counts what goes through and breaks it on demand.
//!
//! Latency to a remote server is round trips times distance, and nothing but the wire shows how many there are: pools
//! ping, drivers prepare and look up types. The proxy also loses a connection at the worst moment, namely after the
//! server has committed and before the client heard of it.
//!
//! Clear text only: a request for TLS is answered with "no", as a server without a certificate does. It runs on the
//! test's runtime, so that a test must not block the thread (`PrivateServer` and `python` do not).

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// What went through since the start or the last [`Proxy::reset`], over all connections.
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
    /// Connections accepted.
    pub connections: u64,
    /// Bytes that the server sent.
    pub bytes_answered: u64,
}

/// The proxy; its connections end when it is dropped.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    state: Mutex<State>,
    /// Raised by one to end the connections that exist then.
    cuts: watch::Sender<u64>,
    frozen: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    counts: Counts,
    refusing: bool,
    trap: Option<Trap>,
}

/// Ends the connection that next sends a statement with this text in it.
struct Trap {
    text: String,
    moment: Moment,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// The server never gets it.
    Before,
    /// The server carries it out; the client never gets the answer.
    After,
    /// After so many more bytes in both directions, counted from the write that the statement came in.
    Within(usize),
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while counting")
    }
}

impl Proxy {
    /// Listens on a free port of the loopback address and forwards to the server.
    pub async fn start(host: &str, port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own_port = listener
            .local_addr()
            .expect("a bound socket has an address")
            .port();
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            cuts: watch::Sender::new(0),
            frozen: watch::Sender::new(false),
        });
        let accepting = tokio::spawn(accept(listener, host.to_owned(), port, Arc::clone(&shared)));
        Self {
            port: own_port,
            shared,
            accepting,
        }
    }

    /// Where clients connect, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What went through since the last [`reset`](Self::reset).
    pub fn counts(&self) -> Counts {
        self.shared.state().counts
    }

    /// Counts from zero again.
    pub fn reset(&self) {
        self.shared.state().counts = Counts::default();
    }

    /// Resets all connections. New ones are accepted, unless [`refuse`](Self::refuse) was called before.
    pub fn cut(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Holds back everything in both directions while connections stay open, as a lost network does.
    pub fn freeze(&self) {
        self.shared.frozen.send_replace(true);
    }

    /// Lets it flow again; nothing was lost.
    pub fn thaw(&self) {
        self.shared.frozen.send_replace(false);
    }

    /// Whether new connections are reset at once, as by a server that is not there.
    pub fn refuse(&self, refusing: bool) {
        self.shared.state().refusing = refusing;
    }

    /// Lets the next statement whose SQL contains `text` reach the server, waits until the server has answered, and
    /// resets the client's connection instead of passing the answer on. Happens once.
    pub fn cut_after_client_message(&self, text: &str) {
        self.set_trap(text, Moment::After);
    }

    /// Resets the connection instead of passing on the next statement whose SQL contains `text`. Happens once.
    pub fn cut_before_client_message(&self, text: &str) {
        self.set_trap(text, Moment::Before);
    }

    /// Resets the connection in the middle of the next statement whose SQL contains `text`, or of its answer: once so
    /// many bytes went through in both directions, the write that it comes in being the first. Happens once.
    pub fn cut_within_client_message(&self, text: &str, bytes: usize) {
        self.set_trap(text, Moment::Within(bytes));
    }

    /// Whether a cut asked for by `cut_*_client_message` has not begun yet.
    pub fn is_cut_pending(&self) -> bool {
        self.shared.state().trap.is_some()
    }

    fn set_trap(&self, text: &str, moment: Moment) {
        self.shared.state().trap = Some(Trap {
            text: text.to_owned(),
            moment,
        });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Takes the tasks of its connections along: it owns them.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, host: String, port: u16, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        if shared.state().refusing {
            reset_connection(client);
            continue;
        }
        shared.state().counts.connections += 1;
        connections.spawn(serve(client, host.clone(), port, Arc::clone(&shared)));
    }
}

/// Closes without a farewell, so that the other side gets an error and not an end of file.
fn reset_connection(stream: TcpStream) {
    let _ = stream.set_zero_linger();
}

async fn serve(mut client: TcpStream, host: String, port: u16, shared: Arc<Shared>) {
    let mut cuts = shared.cuts.subscribe();
    let mut requests = Requests::default();
    let ended_in_peace = tokio::select! {
        result = forward(&mut client, &mut requests, &host, port, &shared) => result.is_ok(),
        _ = cuts.changed() => false,
    };
    if !ended_in_peace {
        reset_connection(client);
    }
}

async fn forward(
    client: &mut TcpStream,
    requests: &mut Requests,
    host: &str,
    port: u16,
    shared: &Shared,
) -> io::Result<()> {
    let mut server = TcpStream::connect((host, port)).await?;
    // Small messages must not wait for each other here when they do not without us.
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    wait_for_thaw(shared).await;
    requests.unread = refuse_encryption(client).await?;
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let turn = Mutex::new(Turn {
        server_spoke: true,
        discarding: false,
        left: None,
    });
    tokio::select! {
        result = forward_requests(from_client, to_server, requests, shared, &turn) => result,
        result = forward_answers(from_server, to_client, shared, &turn) => result,
    }
}

/// Answers requests for TLS or GSSAPI, which come before everything else, and returns what was read beyond them.
async fn refuse_encryption(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    const TLS: u32 = 80_877_103;
    const GSSAPI: u32 = 80_877_104;
    loop {
        let mut start = [0; 8];
        client.read_exact(&mut start).await?;
        let code = u32::from_be_bytes([start[4], start[5], start[6], start[7]]);
        if !matches!(code, TLS | GSSAPI) {
            return Ok(start.to_vec());
        }
        client.write_all(b"N").await?;
    }
}

async fn wait_for_thaw(shared: &Shared) {
    // The sender lives as long as `shared`.
    let _ = shared.frozen.subscribe().wait_for(|frozen| !frozen).await;
}

/// What the two directions of a connection know of each other.
struct Turn {
    server_spoke: bool,
    /// A trap has sprung: the end of the next answer ends the connection.
    discarding: bool,
    /// A trap has sprung: so many more bytes may pass.
    left: Option<usize>,
}

impl Turn {
    fn of(turn: &Mutex<Self>) -> MutexGuard<'_, Self> {
        turn.lock().expect("no panic while counting")
    }

    /// How many of so many bytes may pass.
    fn pass(&mut self, length: usize) -> usize {
        let Some(left) = &mut self.left else {
            return length;
        };
        let passed = length.min(*left);
        *left -= passed;
        passed
    }
}

async fn forward_answers(
    mut server: ReadHalf<'_>,
    mut client: WriteHalf<'_>,
    shared: &Shared,
    turn: &Mutex<Turn>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = server.read(&mut buffer).await?;
        wait_for_thaw(shared).await;
        if length == 0 {
            return Ok(());
        }
        shared.state().counts.bytes_answered += length as u64;
        let (discarding, passed) = {
            let mut turn = Turn::of(turn);
            // Before the client can see the bytes, and so before it can react.
            turn.server_spoke = true;
            (turn.discarding, turn.pass(length))
        };
        if !discarding {
            forward_part(&mut client, &buffer[..length], passed).await?;
        } else if is_ready_for_query(&buffer[..length]) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
    }
}

/// Whether an answer is complete. Its last message has six bytes and is never split in practice.
fn is_ready_for_query(bytes: &[u8]) -> bool {
    matches!(bytes, [.., b'Z', 0, 0, 0, 5, _])
}

async fn forward_requests(
    mut client: ReadHalf<'_>,
    mut server: WriteHalf<'_>,
    requests: &mut Requests,
    shared: &Shared,
    turn: &Mutex<Turn>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut sprung = false;
    loop {
        let length = client.read(&mut buffer).await?;
        wait_for_thaw(shared).await;
        if length == 0 {
            return Ok(());
        }
        requests.unread.extend_from_slice(&buffer[..length]);
        let mut forwarded = Vec::with_capacity(length);
        while let Some(message) = requests.next() {
            if message.kind != TERMINATE && std::mem::take(&mut Turn::of(turn).server_spoke) {
                shared.state().counts.round_trips += 1;
            }
            match requests
                .sql(&message)
                .and_then(|sql| count(&message, &sql, shared))
            {
                // What came before it in the same write is lost with it, as it may be on a network.
                Some(Moment::Before) => return Err(io::ErrorKind::ConnectionReset.into()),
                Some(Moment::After) => sprung = true,
                Some(Moment::Within(bytes)) => Turn::of(turn).left = Some(bytes),
                None => {}
            }
            // A prepared statement is committed and answered at the Sync behind it, a simple query at once.
            if sprung && matches!(message.kind, QUERY | SYNC) {
                Turn::of(turn).discarding = true;
            }
            forwarded.extend_from_slice(&message.bytes);
        }
        let passed = Turn::of(turn).pass(forwarded.len());
        forward_part(&mut server, &forwarded, passed).await?;
    }
}

/// Passes bytes on; the connection ends where not all of them may pass.
async fn forward_part(to: &mut WriteHalf<'_>, bytes: &[u8], passed: usize) -> io::Result<()> {
    to.write_all(&bytes[..passed]).await?;
    if passed < bytes.len() {
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    Ok(())
}

/// Counts a message that carries out SQL; tells whether the trap springs at it.
fn count(message: &Message, sql: &str, shared: &Shared) -> Option<Moment> {
    // A prepared statement is exactly one.
    let pieces = if message.kind == QUERY {
        split_statements(sql)
    } else {
        vec![sql]
    };
    let mut state = shared.state();
    for piece in pieces {
        state.counts.statements += 1;
        let word = first_word(piece);
        if word.eq_ignore_ascii_case("commit") || word.eq_ignore_ascii_case("end") {
            state.counts.commits += 1;
        }
    }
    Some(state.trap.take_if(|trap| sql.contains(&trap.text))?.moment)
}

const QUERY: u8 = b'Q';
const PARSE: u8 = b'P';
const BIND: u8 = b'B';
const EXECUTE: u8 = b'E';
const SYNC: u8 = b'S';
const TERMINATE: u8 = b'X';
/// The first message of a connection has no kind.
const START_UP: u8 = 0;

struct Message {
    kind: u8,
    bytes: Vec<u8>,
}

impl Message {
    /// The text fields at the start of the message.
    fn texts(&self) -> impl Iterator<Item = String> {
        let body = self.bytes.get(5..).unwrap_or_default();
        body.split(|byte| *byte == 0)
            .map(|text| String::from_utf8_lossy(text).into_owned())
    }
}

/// The client's side of a connection, cut into messages.
#[derive(Default)]
struct Requests {
    unread: Vec<u8>,
    started: bool,
    /// Name to SQL: later executions name the statement only.
    statements: HashMap<String, String>,
    portals: HashMap<String, String>,
}

impl Requests {
    /// The next message that has arrived as a whole.
    fn next(&mut self) -> Option<Message> {
        let header = usize::from(self.started);
        let length = self.unread.get(header..header + 4)?;
        let length = u32::from_be_bytes(length.try_into().expect("four bytes"));
        let end = header + usize::try_from(length).expect("a length fits");
        if self.unread.len() < end {
            return None;
        }
        let rest = self.unread.split_off(end);
        let bytes = std::mem::replace(&mut self.unread, rest);
        let kind = if self.started { bytes[0] } else { START_UP };
        self.started = true;
        Some(Message { kind, bytes })
    }

    /// The SQL that a message carries out, if it does.
    fn sql(&mut self, message: &Message) -> Option<String> {
        let mut texts = message.texts();
        let first = texts.next()?;
        match message.kind {
            QUERY => Some(first),
            PARSE => {
                self.statements.insert(first, texts.next()?);
                None
            }
            BIND => {
                let sql = self
                    .statements
                    .get(&texts.next()?)
                    .cloned()
                    .unwrap_or_default();
                self.portals.insert(first, sql);
                None
            }
            EXECUTE => Some(self.portals.get(&first).cloned().unwrap_or_default()),
            _ => None,
        }
    }
}

/// The statements of a simple query. Semicolons in texts, names and comments do not end one; those in dollar quotes
/// do not either.
fn split_statements(sql: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(next) = sql[at..].chars().next() {
        let rest = &sql[at..];
        if next == ';' {
            pieces.push(&sql[start..at]);
            start = at + 1;
        }
        at += match next {
            '\'' | '"' => 1 + until(&rest[1..], &rest[..1]),
            '$' => dollar_tag(rest).map_or(1, |tag| tag.len() + until(&rest[tag.len()..], tag)),
            _ => comment(rest).unwrap_or(next.len_utf8()),
        };
    }
    pieces.push(&sql[start..]);
    pieces.retain(|piece| !piece.trim().is_empty());
    pieces
}

/// The length up to and including `end`.
fn until(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len())
}

/// The length of the comment that `text` starts with.
fn comment(text: &str) -> Option<usize> {
    let end = if text.starts_with("--") {
        "\n"
    } else if text.starts_with("/*") {
        "*/"
    } else {
        return None;
    };
    Some(2 + until(&text[2..], end))
}

/// `$$` or `$name$` at the start of `text`; not `$1`.
fn dollar_tag(text: &str) -> Option<&str> {
    let length = 2 + text[1..].find('$')?;
    let tag = &text[..length];
    let name = &tag[1..length - 1];
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    is_name.then_some(tag)
}

fn first_word(mut statement: &str) -> &str {
    statement = statement.trim_start();
    while let Some(length) = comment(statement) {
        statement = statement[length..].trim_start();
    }
    statement
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{first_word, split_statements};

    #[test]
    fn statements_are_split_where_postgresql_splits_them() {
        assert_eq!(split_statements("BEGIN; SELECT 1;\n ;COMMIT;").len(), 3);
        assert_eq!(
            split_statements("SELECT ';', \"a;\", $$;$$, $t$ ; $t$, $1 -- ;\n/* ; */").len(),
            1
        );
        assert_eq!(split_statements("/* ping */").len(), 1);
        assert_eq!(split_statements("SELECT 'it''s; é'; x").len(), 2);
        assert_eq!(first_word("-- why; \n/* and */ commit"), "commit");
    }
}
