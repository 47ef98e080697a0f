//! From socket to socket. What the bytes mean is not known here.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Shared;
use super::line::{Line, Passed};

/// What a network does to all connections alike.
#[derive(Default)]
pub(super) struct Network {
    /// Raised by one to end the connections that exist then.
    pub(super) cuts: watch::Sender<u64>,
    pub(super) frozen: watch::Sender<bool>,
    /// Whether new connections are reset.
    pub(super) refusing: AtomicBool,
}

impl Network {
    async fn wait_for_thaw(&self) {
        // The sender lives as long as `self`.
        let _ = self.frozen.subscribe().wait_for(|frozen| !frozen).await;
    }
}

/// Forwards every connection, until it is dropped.
pub(super) async fn accept(listener: TcpListener, host: String, port: u16, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        if shared.network.refusing.load(Ordering::SeqCst) {
            reset_connection(client);
            continue;
        }
        let line = Line::new(Arc::clone(&shared));
        connections.spawn(serve(client, host.clone(), port, line, Arc::clone(&shared)));
    }
}

/// Closes without a farewell, so that the other side gets an error and not an end of file.
fn reset_connection(stream: TcpStream) {
    let _ = stream.set_zero_linger();
}

async fn serve(mut client: TcpStream, host: String, port: u16, line: Line, shared: Arc<Shared>) {
    let mut cuts = shared.network.cuts.subscribe();
    let ended_in_peace = tokio::select! {
        result = forward(&mut client, &host, port, line, &shared.network) => result.is_ok(),
        _ = cuts.changed() => false,
    };
    if !ended_in_peace {
        reset_connection(client);
    }
}

async fn forward(
    client: &mut TcpStream,
    host: &str,
    port: u16,
    line: Line,
    network: &Network,
) -> io::Result<()> {
    let mut server = TcpStream::connect((host, port)).await?;
    // Small messages must not wait for each other here when they do not without us.
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    network.wait_for_thaw().await;
    let start = refuse_encryption(client).await?;
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let line = Mutex::new(line);
    let line = || line.lock().expect("no panic while reading");
    tokio::select! {
        result = pass_on(start.as_slice().chain(from_client), to_server, network, |bytes| line().request(bytes)) => result,
        result = pass_on(from_server, to_client, network, |bytes| line().answer(bytes)) => result,
    }
}

/// Answers requests for TLS or GSSAPI, which come before everything else, and returns what was read beyond them.
async fn refuse_encryption(client: &mut TcpStream) -> io::Result<[u8; 8]> {
    const TLS: u32 = 80_877_103;
    const GSSAPI: u32 = 80_877_104;
    loop {
        let mut start = [0; 8];
        client.read_exact(&mut start).await?;
        let [.., a, b, c, d] = start;
        if !matches!(u32::from_be_bytes([a, b, c, d]), TLS | GSSAPI) {
            return Ok(start);
        }
        client.write_all(b"N").await?;
    }
}

/// One direction of a connection.
async fn pass_on(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    network: &Network,
    look: impl Fn(&[u8]) -> io::Result<Passed>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        network.wait_for_thaw().await;
        if length == 0 {
            return Ok(());
        }
        let Passed { bytes, ends } = look(&buffer[..length])?;
        to.write_all(&bytes).await?;
        if ends {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
    }
}
