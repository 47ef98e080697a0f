//! What is between clients and a server: it passes bytes on, and cuts connections.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// It ends, with its connections, when this is dropped.
pub(super) struct Relay {
    pub(super) address: String,
    cuts: watch::Sender<usize>,
    accepting: JoinHandle<()>,
}

impl Relay {
    pub(super) async fn start(to: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let (cuts, heard) = watch::channel(0);
        let to = to.to_owned();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, to.clone(), heard.clone()));
            }
        });
        Self {
            address: address.to_string(),
            cuts,
            accepting,
        }
    }

    /// Ends all connections at once, in the midst of what they carry.
    pub(super) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.cut();
        self.accepting.abort();
    }
}

async fn pass(mut client: TcpStream, to: String, mut cuts: watch::Receiver<usize>) {
    // Those that came before are none of this connection's.
    cuts.mark_unchanged();
    let Ok(mut server) = TcpStream::connect(to).await else {
        return;
    };
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = cuts.changed() => {
            // A reset, not an end: what is on its way is lost.
            let _ = client.set_zero_linger();
            let _ = server.set_zero_linger();
        }
    }
}
