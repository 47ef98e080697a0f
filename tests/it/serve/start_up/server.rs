//! A server of PostgreSQL's protocol that serves nobody.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it does with each connection.
#[derive(Clone, Copy)]
pub(super) enum Says {
    /// It answers with an error of this code and text.
    Refusal(&'static str, &'static str),
    /// It answers the wish for encryption with No.
    NoEncryption,
    /// It hangs up.
    Nothing,
    /// It keeps the connection and never answers.
    NothingAtAll,
}

/// Its port on 127.0.0.1; it ends with the test's runtime.
pub(super) async fn server(says: Says) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        loop {
            let (mut line, _) = listener.accept().await.unwrap();
            match says {
                Says::NothingAtAll => kept.push(line),
                Says::Nothing => drop(line),
                Says::Refusal(code, text) => answer(&mut line, &refusal(code, text)).await,
                Says::NoEncryption => answer(&mut line, b"N").await,
            }
        }
    });
    port
}

/// Reads the client's greeting, answers and hangs up.
async fn answer(line: &mut TcpStream, text: &[u8]) {
    // Its length in four bytes, which count, and as much.
    let rest = line.read_u32().await.unwrap().saturating_sub(4);
    let mut greeting = vec![0; rest as usize];
    line.read_exact(&mut greeting).await.unwrap();
    line.write_all(text).await.unwrap();
    line.shutdown().await.unwrap();
}

/// An ErrorResponse.
fn refusal(code: &str, text: &str) -> Vec<u8> {
    let fields = format!("SFATAL\0VFATAL\0C{code}\0M{text}\0\0");
    let length = u32::try_from(fields.len() + 4).unwrap();
    let mut message = vec![b'E'];
    message.extend(length.to_be_bytes());
    message.extend(fields.as_bytes());
    message
}
