//! A TCP proxy in front of PostgreSQL that counts round trips and commits.
//!
//! Nothing but the wire shows how many there are: pools ping, drivers prepare and look up types. It
//! reads clear text only, and answers a request for encryption as a server without a certificate.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// The codes that ask for TLS and for GSSAPI encryption.
const ENCRYPTION: [u32; 2] = [80_877_103, 80_877_104];

/// The proxy; its connections end when it is dropped.
pub(crate) struct Proxy {
    port: u16,
    counts: Arc<Counts>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    round_trips: AtomicU64,
    commits: AtomicU64,
}

impl Proxy {
    /// Listens on a free port of the loopback address and forwards to the server.
    pub(crate) async fn start(host: &str, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let own_port = listener.local_addr()?.port();
        let counts = Arc::new(Counts::default());
        let accepting = accept(listener, host.to_owned(), port, Arc::clone(&counts));
        Ok(Self {
            port: own_port,
            counts,
            accepting: tokio::spawn(accepting),
        })
    }

    /// Where clients connect, on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How often a client spoke after the server had, each time having waited for it; and how many
    /// transactions the server committed, those of a single statement included.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (
            self.counts.round_trips.load(Ordering::SeqCst),
            self.counts.commits.load(Ordering::SeqCst),
        )
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Takes the tasks of its connections along: it owns them.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, host: String, port: u16, counts: Arc<Counts>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(forward(client, host.clone(), port, Arc::clone(&counts)));
    }
}

async fn forward(
    mut client: TcpStream,
    host: String,
    port: u16,
    counts: Arc<Counts>,
) -> io::Result<()> {
    let mut server = TcpStream::connect((host, port)).await?;
    // Small messages must not wait for each other here when they do not without us.
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let start = refuse_encryption(&mut client).await?;
    server.write_all(&start).await?;
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let server_spoke = AtomicBool::new(false);
    tokio::select! {
        result = requests(from_client, to_server, &server_spoke, &counts) => result,
        result = answers(from_server, to_client, &server_spoke, &counts) => result,
    }
}

/// Refuses encryption, which is asked for before everything else, and returns what was read beyond.
async fn refuse_encryption(client: &mut TcpStream) -> io::Result<[u8; 8]> {
    loop {
        let mut start = [0; 8];
        client.read_exact(&mut start).await?;
        let [.., a, b, c, d] = start;
        if !ENCRYPTION.contains(&u32::from_be_bytes([a, b, c, d])) {
            return Ok(start);
        }
        client.write_all(b"N").await?;
    }
}

async fn requests(
    mut client: ReadHalf<'_>,
    mut server: WriteHalf<'_>,
    server_spoke: &AtomicBool,
    counts: &Counts,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = client.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        if server_spoke.swap(false, Ordering::SeqCst) {
            counts.round_trips.fetch_add(1, Ordering::SeqCst);
        }
        server.write_all(&buffer[..length]).await?;
    }
}

async fn answers(
    mut server: ReadHalf<'_>,
    mut client: WriteHalf<'_>,
    server_spoke: &AtomicBool,
    counts: &Counts,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut transactions = Transactions::default();
    loop {
        let length = server.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let commits = transactions.read(&buffer[..length]);
        counts.commits.fetch_add(commits, Ordering::SeqCst);
        // Before the client can see the bytes, and so before it can react.
        server_spoke.store(true, Ordering::SeqCst);
        client.write_all(&buffer[..length]).await?;
    }
}

/// The server's side of a connection, as far as it tells of transactions.
#[derive(Default)]
struct Transactions {
    unread: Vec<u8>,
    /// Whether a statement was carried out that a commit keeps.
    done: bool,
}

impl Transactions {
    /// How many transactions the messages end with a commit.
    fn read(&mut self, bytes: &[u8]) -> u64 {
        self.unread.extend_from_slice(bytes);
        let mut commits = 0;
        while let Some(message) = self.next() {
            match message.as_slice() {
                // A statement was carried out; its tag says which.
                [b'C', _, _, _, _, tag @ ..] => self.done = !tag.starts_with(b"ROLLBACK"),
                [b'E', ..] => self.done = false,
                // The server is ready and in no transaction any more.
                [b'Z', .., b'I'] => commits += u64::from(std::mem::take(&mut self.done)),
                _ => {}
            }
        }
        commits
    }

    /// The next message that has arrived as a whole.
    fn next(&mut self) -> Option<Vec<u8>> {
        let length = self.unread.get(1..5)?;
        let length = u32::from_be_bytes(length.try_into().ok()?);
        let end = 1 + usize::try_from(length).ok()?;
        if self.unread.len() < end {
            return None;
        }
        let rest = self.unread.split_off(end);
        Some(std::mem::replace(&mut self.unread, rest))
    }
}
