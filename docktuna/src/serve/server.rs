//! The server: where it listens, who may call, and how it ends.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::middleware;
use futures_util::StreamExt;
use tokio::net::{TcpListener, TcpStream};
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Identity, Server as Transport, ServerTlsConfig};

use super::access::{self, Access};
use super::metrics::{self, Metrics};
use super::service::Service;
use super::wire::storage_service_server::StorageServiceServer;
use super::wire::{self};
use crate::config::Secret;
use crate::database::OptunaDatabase;

/// How often a silent client is asked whether it is there, and how long it may take to answer.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_ANSWER: Duration = Duration::from_secs(20);

/// How many calls one client may have open. Python's waits for each one.
const CALLS_OF_A_CLIENT: u32 = 100;

/// How much a client may send before it is read; more than most messages, and little for a thousand clients.
const WINDOW: u32 = 256 << 10;

/// How many bytes of headers a call may have.
const HEADERS: u32 = 16 << 10;

/// How long to wait for room for a connection.
const ROOM: Duration = Duration::from_secs(1);

/// How a server is to run.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) listen: SocketAddr,
    pub(crate) metrics: Option<SocketAddr>,
    pub(crate) token: Option<Secret>,
    pub(crate) tls: Option<Tls>,
    /// The longest message that is read, in bytes.
    pub(crate) longest: usize,
    /// How long running calls may take when the server is stopped.
    pub(crate) grace: Duration,
}

/// A certificate with its key, both as PEM.
pub(crate) struct Tls {
    pub(crate) certificate: Secret,
    pub(crate) key: Secret,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// Why a server cannot run.
#[derive(Debug)]
pub(crate) enum ServeError {
    /// The address cannot be listened on.
    Listen(SocketAddr, io::Error),
    /// The certificate or its key is none.
    Tls(String),
    /// The server broke off.
    Transport(String),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(address, error) => {
                write!(
                    f,
                    "{address} cannot be listened on: {error}; help: --listen and --metrics take another address"
                )
            }
            Self::Tls(why) => write!(
                f,
                "the certificate or its key cannot be used: {why}; help: both files hold PEM, and belong together"
            ),
            Self::Transport(why) => write!(f, "the server broke off: {why}"),
        }
    }
}

/// A server that listens already, and answers when it runs.
pub(crate) struct Server {
    listener: TcpListener,
    metrics_listener: Option<TcpListener>,
    options: Options,
    db: OptunaDatabase,
}

impl Server {
    pub(crate) async fn bind(db: OptunaDatabase, options: Options) -> Result<Self, ServeError> {
        let listener = listen(options.listen).await?;
        let metrics_listener = match options.metrics {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        Ok(Self {
            listener,
            metrics_listener,
            options,
            db,
        })
    }

    /// Where it listens; port 0 has become another one.
    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap_or(self.options.listen)
    }

    pub(crate) fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_listener.as_ref()?.local_addr().ok()
    }

    /// Answers until `stopped`, and then lets running calls end.
    pub(crate) async fn run(self, stopped: impl Future<Output = ()>) -> Result<(), ServeError> {
        let metrics = Arc::new(Metrics::new(self.db.clone()));
        let mut transport = Transport::builder()
            .tcp_nodelay(true)
            .http2_keepalive_interval(Some(KEEPALIVE))
            .http2_keepalive_timeout(Some(KEEPALIVE_ANSWER))
            .max_concurrent_streams(CALLS_OF_A_CLIENT)
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(2 * WINDOW)
            .http2_max_header_list_size(HEADERS);
        if let Some(tls) = &self.options.tls {
            let identity = Identity::from_pem(tls.certificate.expose(), tls.key.expose());
            let config = ServerTlsConfig::new().identity(identity);
            transport = transport
                .tls_config(config)
                .map_err(|error| ServeError::Tls(with_causes(&error)))?;
        }
        let (health, health_service) = tonic_health::server::health_reporter();
        health.set_serving::<StorageServiceServer<Service>>().await;
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(wire::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .build_v1()
            .map_err(|error| ServeError::Transport(error.to_string()))?;
        let storage = StorageServiceServer::new(Service::new(self.db.clone()))
            .max_decoding_message_size(self.options.longest);
        let router = Routes::new(storage)
            .add_service(reflection)
            .add_service(health_service)
            .into_axum_router()
            .layer(middleware::from_fn_with_state(
                Arc::new(Access::new(self.options.token)),
                access::check,
            ))
            .layer(middleware::from_fn_with_state(
                Arc::clone(&metrics),
                metrics::count,
            ));
        let metrics_server = self
            .metrics_listener
            .map(|listener| tokio::spawn(async move { metrics::serve(listener, metrics).await }));
        let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
        let incoming = TcpIncoming::from(self.listener)
            .with_nodelay(Some(true))
            .with_keepalive(Some(KEEPALIVE))
            .then(wait_for_room);
        let serving = transport
            .add_routes(Routes::from(router))
            .serve_with_incoming_shutdown(incoming, async {
                let _ = stopping.await;
            });
        tokio::pin!(serving);
        let ended = tokio::select! {
            ended = &mut serving => ended,
            () = stopped => {
                // Clients that ask go elsewhere.
                health.set_not_serving::<StorageServiceServer<Service>>().await;
                let _ = stop.send(());
                match tokio::time::timeout(self.options.grace, serving).await {
                    Ok(ended) => ended,
                    Err(_) => {
                        tracing::warn!("calls that did not end in time are given up");
                        Ok(())
                    }
                }
            }
        };
        if let Some(server) = metrics_server {
            server.abort();
        }
        ended.map_err(|error| ServeError::Transport(with_causes(&error)))
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| ServeError::Listen(address, error))
}

/// Where no connection can be taken in, such as without a file for it, the next try would fail at once.
async fn wait_for_room(accepted: io::Result<TcpStream>) -> io::Result<TcpStream> {
    if let Err(error) = &accepted
        && !matches!(
            error.kind(),
            io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
        )
    {
        tracing::warn!(%error, "a client has to wait");
        tokio::time::sleep(ROOM).await;
    }
    accepted
}

/// An error whose text leaves its causes to those who ask.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
