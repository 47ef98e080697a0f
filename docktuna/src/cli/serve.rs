//! `docktuna serve`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::context::{Context, interrupted};
use super::failure::{Failure, say};
use crate::config::{Secret, SecretFile};
use crate::serve::{Options, ServeError, Server, Tls};

/// Serve the database to Python programs, which need no password for it.
///
/// They reach it through optuna.storages.GrpcStorageProxy. Listens on this machine alone unless --listen names another
/// address, which takes a token: whoever can reach the server can read, change and delete every study. SIGTERM and
/// Ctrl-C end it after the calls that are being answered.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where it listens. Port 0 is any free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 13000))]
    listen: SocketAddr,

    /// Where Prometheus finds metrics, at /metrics in clear text and without a token [default: nowhere].
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics: Option<SocketAddr>,

    /// A file with the token that every call has to send as `authorization: Bearer …`.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// Answer whoever reaches an address that is not this machine's own.
    #[arg(long, conflicts_with = "token_file")]
    without_token: bool,

    /// The server's certificate, with those of its issuers, as PEM. Calls are then encrypted.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,

    /// The key of the certificate, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,

    /// The longest message that is read, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=1024))]
    max_message: u32,

    /// How many connections to the database there are at most. An SQLite file has one.
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1000))]
    connections: u32,

    /// For how many seconds calls may go on when the server is stopped.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    grace: u32,
}

impl Serve {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let options = self.options()?;
        if options.token.is_none() && !self.listen.ip().is_loopback() && !self.without_token {
            return Err(Failure::Usage(format!(
                "{} can be reached from other machines, and whoever reaches it may delete every study; help: \
                 --token-file, or --without-token where only trusted machines are",
                self.listen
            )));
        }
        if options.tls.is_none() && !self.listen.ip().is_loopback() {
            say("warning: calls are not encrypted; help: --tls-certificate and --tls-key");
        }
        let connections = usize::try_from(self.connections).unwrap_or(usize::MAX);
        let settings = context.settings().max_connections(connections);
        let db = settings.connect().await?;
        db.storage().ensure_schema().await?;
        let server = Server::bind(db.clone(), options).await?;
        // Before anybody hears that it is there.
        let stopped = interrupted();
        say(&format!("serving {}", db.description()));
        say(&format!("listening on {}", server.address()));
        if let Some(address) = server.metrics_address() {
            say(&format!("metrics on http://{address}/metrics"));
        }
        let ended = server.run(stopped).await;
        db.close().await;
        ended?;
        say("stopped");
        Ok(())
    }

    fn options(&self) -> Result<Options, Failure> {
        let token = self.token_file.as_deref();
        let token = token.map(|file| secret("--token-file", file)).transpose()?;
        let tls = match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => Some(Tls {
                // A certificate is no secret, but its file is read in the same way.
                certificate: secret("--tls-certificate", certificate)?,
                key: secret("--tls-key", key)?,
            }),
            _ => None,
        };
        Ok(Options {
            listen: self.listen,
            metrics: self.metrics,
            token,
            tls,
            longest: usize::try_from(self.max_message).unwrap_or(usize::MAX) << 20,
            grace: Duration::from_secs(self.grace.into()),
        })
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::Message(error.to_string())
    }
}

/// What is in the file of an option.
fn secret(option: &str, file: &Path) -> Result<Secret, Failure> {
    let read = SecretFile::new(file).read();
    read.map_err(|problem| Failure::Message(format!("{option}: {problem}")))
}
