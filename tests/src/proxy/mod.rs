//! A TCP proxy between a client and PostgreSQL that counts what goes through and breaks it on demand.
//!
//! Latency to a remote server is round trips times distance, and nothing but the wire shows how many there are: pools
//! ping, drivers prepare and look up types. The proxy also loses a connection at the worst moment, namely after the
//! server has committed and before the client heard of it.
//!
//! Clear text only: a request for TLS is answered with "no", as a server without a certificate does. It runs on the
//! test's runtime, so that a test must not block the thread (`PrivateServer` and `python` do not).

mod counts;
mod fault;
mod forward;
mod line;
mod message;
mod sql;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use counts::Counts;
use fault::{Moment, Trap};
use forward::{Network, accept};

/// The proxy; its connections end when it is dropped.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// What the connections have in common.
#[derive(Default)]
struct Shared {
    network: Network,
    counts: Mutex<Counts>,
    trap: Mutex<Option<Trap>>,
}

impl Shared {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().expect("no panic while counting")
    }

    fn trap(&self) -> MutexGuard<'_, Option<Trap>> {
        self.trap.lock().expect("no panic while looking")
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
        let shared = Arc::<Shared>::default();
        let accepting = accept(listener, host.to_owned(), port, Arc::clone(&shared));
        let accepting = tokio::spawn(accepting);
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
        *self.shared.counts()
    }

    /// Counts from zero again.
    pub fn reset(&self) {
        *self.shared.counts() = Counts::default();
    }

    /// Resets all connections. New ones are accepted, unless [`refuse`](Self::refuse) was called before.
    pub fn cut(&self) {
        self.shared.network.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Holds back everything in both directions while connections stay open, as a lost network does.
    pub fn freeze(&self) {
        self.shared.network.frozen.send_replace(true);
    }

    /// Lets it flow again; nothing was lost.
    pub fn thaw(&self) {
        self.shared.network.frozen.send_replace(false);
    }

    /// Whether new connections are reset at once, as by a server that is not there.
    pub fn refuse(&self, refusing: bool) {
        self.shared
            .network
            .refusing
            .store(refusing, Ordering::SeqCst);
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
        self.shared.trap().is_some()
    }

    fn set_trap(&self, text: &str, moment: Moment) {
        *self.shared.trap() = Some(Trap {
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
