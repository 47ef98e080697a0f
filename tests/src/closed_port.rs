//! Where nobody listens.

use tokio::net::TcpSocket;

/// A port of the loopback address that refuses connections. Nobody else gets it before this is dropped, while a port that
/// is only free may be another test's a moment later.
pub struct ClosedPort(TcpSocket);

impl ClosedPort {
    /// Takes a port.
    #[allow(
        clippy::new_without_default,
        reason = "it takes something of the machine"
    )]
    pub fn new() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        let any = "127.0.0.1:0".parse().expect("an address");
        // It is bound and does not listen.
        socket.bind(any).expect("a free port");
        Self(socket)
    }

    /// Its number.
    pub fn port(&self) -> u16 {
        let address = self.0.local_addr();
        address.expect("a bound socket has an address").port()
    }
}
