//! The time zone in which Optuna's sessions keep heartbeats.
//!
//! Optuna stores a heartbeat without a zone, as its session's zone has it, and that is the default of
//! server, database and role. Our driver asks for UTC when it connects, after which nothing in the
//! session tells what the default is. A server announces it to a client that asks for none, though, so
//! this makes one such connection, up to the announcement, and ends it.

use std::borrow::Cow;
use std::{fmt, io};

use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::{backend::Message, frontend};
use sqlx_core::bytes::BytesMut;
use sqlx_core::error::{DatabaseError, ErrorKind};
use sqlx_core::net::tls::{self, CertificateInput, TlsConfig};
use sqlx_core::net::{BufferedSocket, Socket, SocketIntoBox, WithSocket, connect_tcp, connect_uds};

use crate::config::{Host, PostgresSettings, SslMode};

/// The zone that a session of this role gets which asks for none.
pub(super) async fn session_zone(settings: &PostgresSettings, host: &Host) -> sqlx::Result<String> {
    let Host { name, port } = host;
    let encrypt = Encrypt { settings, name };
    let socket = if host.is_socket() {
        connect_uds(format!("{name}/.s.PGSQL.{port}"), encrypt).await??
    } else {
        connect_tcp(name, *port, encrypt).await??
    };
    let mut line = Line(BufferedSocket::new(socket));
    let parameters = [
        ("user", settings.user.as_str()),
        ("database", settings.database.as_str()),
        ("client_encoding", "UTF8"),
        ("application_name", "docktuna"),
    ];
    line.send(|out| frontend::startup_message(parameters, out))
        .await?;
    let mut zone = None;
    loop {
        match line.receive().await? {
            Message::ParameterStatus(status) if status.name()? == "TimeZone" => {
                zone = Some(status.value()?.to_owned());
            }
            Message::ReadyForQuery(_) => break,
            message => line.authenticate(settings, message).await?,
        }
    }
    line.send(|out| {
        frontend::terminate(out);
        Ok(())
    })
    .await?;
    zone.ok_or_else(|| refused("the server does not announce its time zone"))
}

/// A connection before anything is known of it.
struct Line(BufferedSocket<Box<dyn Socket>>);

impl Line {
    async fn send(
        &mut self,
        write: impl FnOnce(&mut BytesMut) -> io::Result<()>,
    ) -> sqlx::Result<()> {
        let mut message = BytesMut::new();
        write(&mut message)?;
        self.0.write(&message[..])?;
        Ok(self.0.flush().await?)
    }

    async fn receive(&mut self) -> sqlx::Result<Message> {
        let mut message = self.0.read_buffered(5).await?;
        let length = i32::from_be_bytes([message[1], message[2], message[3], message[4]]);
        let rest = usize::try_from(length - 4).map_err(|_| refused("a length is negative"))?;
        message.unsplit(self.0.read_buffered(rest).await?);
        if message[0] == b'E' {
            return Err(sqlx::Error::Database(Box::new(Said::read(&message[5..]))));
        }
        Message::parse(&mut message)?.ok_or_else(|| refused("a message is cut short"))
    }

    async fn authenticate(
        &mut self,
        settings: &PostgresSettings,
        message: Message,
    ) -> sqlx::Result<()> {
        let password = settings.password.as_ref().map_or("", |p| p.expose());
        let password = password.as_bytes();
        match message {
            Message::AuthenticationCleartextPassword => {
                self.send(|out| frontend::password_message(password, out))
                    .await
            }
            Message::AuthenticationMd5Password(body) => {
                let hash = md5_hash(settings.user.as_bytes(), password, body.salt());
                self.send(|out| frontend::password_message(hash.as_bytes(), out))
                    .await
            }
            Message::AuthenticationSasl(_) => self.scram(password).await,
            Message::AuthenticationGss | Message::AuthenticationSspi => {
                Err(refused("the server asks for another authentication"))
            }
            _ => Ok(()),
        }
    }

    async fn scram(&mut self, password: &[u8]) -> sqlx::Result<()> {
        let mut scram = ScramSha256::new(password, ChannelBinding::unsupported());
        self.send(|out| frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), out))
            .await?;
        let Message::AuthenticationSaslContinue(body) = self.receive().await? else {
            return Err(refused("the server refused the user or the password"));
        };
        scram.update(body.data())?;
        self.send(|out| frontend::sasl_response(scram.message(), out))
            .await?;
        let Message::AuthenticationSaslFinal(body) = self.receive().await? else {
            return Err(refused("the server refused the user or the password"));
        };
        Ok(scram.finish(body.data())?)
    }
}

/// Encrypts a new connection exactly as the driver encrypts its own.
struct Encrypt<'a> {
    settings: &'a PostgresSettings,
    name: &'a str,
}

impl WithSocket for Encrypt<'_> {
    type Output = sqlx::Result<Box<dyn Socket>>;

    async fn with_socket<S: Socket>(self, mut socket: S) -> Self::Output {
        let mode = self.settings.sslmode.unwrap_or_default();
        let wanted = match mode {
            SslMode::Disable | SslMode::Allow => false,
            SslMode::Prefer => tls::available(),
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => {
                tls::error_if_unavailable()?;
                true
            }
        };
        if !wanted {
            return Ok(Box::new(socket));
        }
        let mut request = BytesMut::new();
        frontend::ssl_request(&mut request);
        socket.write(&request).await?;
        let mut answer = [0];
        socket.read(&mut &mut answer[..]).await?;
        if answer != *b"S" {
            return if mode == SslMode::Prefer {
                Ok(Box::new(socket))
            } else {
                Err(refused("the server does not encrypt"))
            };
        }
        let root = self.settings.root_file().map(Into::into);
        let root = root.map(CertificateInput::File);
        // As libpq has it: a root certificate turns `require` into `verify-ca`.
        let verified = matches!(mode, SslMode::VerifyCa | SslMode::VerifyFull)
            || (mode == SslMode::Require && root.is_some());
        let config = TlsConfig {
            accept_invalid_certs: !verified,
            accept_invalid_hostnames: mode != SslMode::VerifyFull,
            hostname: self.name,
            root_cert_path: root.as_ref(),
            client_cert_path: None,
            client_key_path: None,
        };
        tls::handshake(socket, config, SocketIntoBox).await
    }
}

/// What the server says when it refuses: its code, by which refusals are told apart, and its text.
#[derive(Debug)]
struct Said {
    code: String,
    text: String,
}

impl Said {
    /// From fields, each a letter and a text: C is the code, M the text for people.
    fn read(fields: &[u8]) -> Self {
        let field = |letter: u8| {
            let mut fields = fields.split(|byte| *byte == 0);
            let text = fields.find_map(|field| field.strip_prefix(&[letter]));
            String::from_utf8_lossy(text.unwrap_or_default()).into_owned()
        };
        Self {
            code: field(b'C'),
            text: field(b'M'),
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "asking for the time zone of heartbeats: {}", self.text)
    }
}

impl std::error::Error for Said {}

impl DatabaseError for Said {
    fn message(&self) -> &str {
        &self.text
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.code))
    }

    fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

/// An error that says nothing of what was sent: that may be a password.
fn refused(why: &str) -> sqlx::Error {
    let why = format!("asking for the time zone of heartbeats: {why}");
    sqlx::Error::Io(io::Error::other(why))
}
