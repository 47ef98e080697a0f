//! The layout of files and variables that the Python docktuna has, and TLS.
//!
//! Variables belong to a process, so each case runs in a child: this test program once more, told by
//! a variable to print what it found.

use std::path::Path;

use docktuna::{ConnectReason, Error, OptunaDatabase, SslMode};
use tokio::process::Command;

use crate::child::{self, CHILD};
use crate::space::Line;
use crate::support::{Server, TestDb};

/// What a process sees that has these variables and runs in this folder.
async fn child(folder: &Path, what: &str, variables: &[(&str, &str)]) -> String {
    child::said("connect::settings::in_a_child", what, folder, variables).await
}

/// Not a test of its own: what the children of the others do. Without the variable it does nothing.
#[tokio::test]
async fn in_a_child() {
    let Ok(what) = std::env::var(CHILD) else {
        return;
    };
    let db = match what.as_str() {
        "one" => {
            let failed = docktuna::optuna_db().await;
            assert!(failed.is_err(), "there is no .env file yet");
            std::fs::rename("env", ".env").unwrap();
            // A failed start is not remembered.
            let first = docktuna::optuna_db().await;
            std::fs::remove_file(".env").unwrap();
            // A successful one is.
            assert!(docktuna::optuna_db().await.is_ok());
            first
        }
        "or sqlite" => OptunaDatabase::from_env_or_sqlite("fallback.db").await,
        _ => OptunaDatabase::from_env().await,
    };
    match db {
        Ok(db) => println!("CHILD: {} | {:?}", db.description(), db.username()),
        Err(error) => println!("CHILD: error: {error}"),
    }
}

/// A folder with the `.env` file and the secret of an existing deployment.
fn deployment(postgres: &TestDb) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("secrets")).unwrap();
    let secret = folder.path().join("secrets/optuna_db_user_password");
    std::fs::write(secret, format!("{}\n", postgres.password)).unwrap();
    let env = format!(
        "OPTUNA_DB_USER='{}'\nOPTUNA_DB_NAME={}\nOPTUNA_DB_HOST={}\nOPTUNA_DB_PORT={}\nOPTUNA_SECRETS_DIR={}\n",
        postgres.user,
        postgres.database,
        postgres.host,
        postgres.port,
        folder.path().join("secrets").display()
    );
    std::fs::write(folder.path().join(".env"), env).unwrap();
    folder
}

#[tokio::test]
async fn the_layout_of_the_python_docktuna_works() {
    let postgres = TestDb::create().await;
    let folder = deployment(&postgres);
    let found = child(folder.path(), "env", &[]).await;
    let target = format!(
        "PostgreSQL {}:{}/{}",
        postgres.host, postgres.port, postgres.database
    );
    assert!(found.starts_with(&target), "{found}");

    // The environment wins over the file.
    let found = child(folder.path(), "env", &[("OPTUNA_DB_NAME", "nowhere")]).await;
    assert!(found.contains("no such database"), "{found}");
    // A whole URL in the environment wins over parts in the file.
    let found = child(
        folder.path(),
        "env",
        &[("OPTUNA_STORAGE", "sqlite:///x.db")],
    )
    .await;
    assert!(found.starts_with("SQLite file x.db"), "{found}");

    std::fs::rename(folder.path().join(".env"), folder.path().join("env")).unwrap();
    let found = child(folder.path(), "one", &[]).await;
    assert!(found.starts_with(&target), "{found}");
}

#[tokio::test]
async fn a_half_configured_environment_is_an_error_and_never_another_database() {
    let folder = tempfile::tempdir().unwrap();
    let found = child(folder.path(), "or sqlite", &[]).await;
    assert!(
        found.starts_with("SQLite file fallback.db (no OPTUNA_* setting"),
        "{found}"
    );
    for what in ["env", "or sqlite"] {
        let found = child(
            folder.path(),
            what,
            &[("OPTUNA_DB_HOST", "db"), ("OPTUNA_SECRETS_DIR", "/nowhere")],
        )
        .await;
        for part in [
            "OPTUNA_DB_USER is not set",
            "OPTUNA_DB_NAME is not set",
            "/nowhere/optuna_db_user_password",
            "the environment",
        ] {
            assert!(found.contains(part), "{found}");
        }
    }
    std::fs::write(folder.path().join(".env"), "OPTUNA_DB_PASSWORD='hunter2\n").unwrap();
    let found = child(folder.path(), "or sqlite", &[]).await;
    assert!(
        found.contains("line 1") && !found.contains("hunter"),
        "{found}"
    );
    assert!(!folder.path().join("fallback.db").exists());
}

/// As docker compose and python-dotenv take it, with lines that are for others.
#[tokio::test]
async fn f26_an_env_file_of_many_readers_is_read() {
    let postgres = TestDb::create().await;
    let folder = deployment(&postgres);
    let ours = std::fs::read_to_string(folder.path().join(".env")).unwrap();
    let theirs = "\u{feff}OTHER=a b --c d\nJSON={\"a\": $x}\nJUSTAKEY\nX=back\\slash\n1X=2\nX-Y=2\nQ='open\n";
    let mut text = format!("{theirs}{ours}OPTUNA_DB_NAME=${{JUSTAKEY:-x}}\n").replace('\n', "\r\n");
    text += &format!(
        "export OPTUNA_DB_NAME = \"{}\" # the last counts\r\n",
        postgres.database
    );
    // The open quote ends with its line, unless another quote follows.
    text = text.replace('\'', "").replace("Q=open", "Q='open");
    std::fs::write(folder.path().join(".env"), text).unwrap();
    let found = child(folder.path(), "env", &[]).await;
    assert!(found.starts_with("PostgreSQL 127.0.0.1"), "{found}");
}

/// Variables of libpq must not reach our connections.
#[tokio::test]
async fn variables_of_libpq_do_not_count() {
    let postgres = TestDb::create().await;
    let folder = deployment(&postgres);
    let foreign = [
        ("PGPASSWORD", "x"),
        ("PGUSER", "x"),
        ("PGHOST", "192.0.2.1"),
        ("PGPORT", "1"),
        ("PGDATABASE", "x"),
        ("PGSSLMODE", "verify-full"),
    ];
    let found = child(folder.path(), "env", &foreign).await;
    assert!(found.starts_with("PostgreSQL 127.0.0.1"), "{found}");
}

fn builder(postgres: &TestDb) -> docktuna::DatabaseBuilder {
    OptunaDatabase::builder()
        .port(postgres.port)
        .user(&postgres.user)
        .database(&postgres.database)
        .password(postgres.password.clone())
}

#[tokio::test]
async fn tls_as_libpqs_words_say() {
    let postgres = TestDb::create().await;
    let root = Server::shared()
        .root_certificate
        .clone()
        .expect("a server with a certificate");
    let root = root.to_str().unwrap();
    let works = async |host: &str, mode: SslMode, root: Option<&str>| {
        let mut builder = builder(&postgres).host(host).sslmode(mode);
        if let Some(root) = root {
            builder = builder.sslrootcert(root);
        }
        match builder.connect().await {
            Ok(db) => {
                db.study::<Line>("s").await.unwrap();
                let Some(docktuna::Pool::Postgres(pool)) = db.pool().await else {
                    panic!("PostgreSQL")
                };
                let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
                Some(
                    sqlx::query_scalar::<_, bool>(sql)
                        .fetch_one(pool)
                        .await
                        .unwrap(),
                )
            }
            Err(Error::Connect {
                reason: ConnectReason::Tls,
                ..
            }) => None,
            Err(error) => panic!("{host} {mode:?}: {error:?}"),
        }
    };
    assert_eq!(
        works("localhost", SslMode::Disable, None).await,
        Some(false)
    );
    assert_eq!(works("localhost", SslMode::Prefer, None).await, Some(true));
    assert_eq!(works("localhost", SslMode::Require, None).await, Some(true));
    assert_eq!(
        works("localhost", SslMode::VerifyCa, Some(root)).await,
        Some(true)
    );
    assert_eq!(
        works("localhost", SslMode::VerifyFull, Some(root)).await,
        Some(true)
    );
    assert_eq!(
        works("localhost", SslMode::VerifyCa, None).await,
        None,
        "an unknown authority"
    );
    // As libpq: a root certificate turns `require` into `verify-ca`.
    let other = tempfile::NamedTempFile::new().unwrap();
    let key = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
        ])
        .args(["-keyout", "/dev/null", "-subj", "/CN=other", "-out"])
        .arg(other.path())
        .output()
        .await
        .unwrap();
    assert!(key.status.success());
    let other = other.path().to_str().unwrap();
    assert_eq!(
        works("localhost", SslMode::Require, Some(other)).await,
        None
    );
    assert_eq!(
        works("localhost", SslMode::VerifyCa, Some(other)).await,
        None
    );
    // The certificate names localhost and 127.0.0.1, and not this address of the same machine.
    assert_eq!(
        works("127.0.0.1", SslMode::VerifyFull, Some(root)).await,
        Some(true)
    );
}

#[tokio::test]
async fn every_way_of_not_connecting_is_told_apart() {
    let postgres = TestDb::create().await;
    let reason = async |builder: docktuna::DatabaseBuilder| match builder.connect().await {
        Err(Error::Connect { reason, target, .. }) => {
            assert!(target.starts_with("PostgreSQL "), "{target}");
            reason
        }
        other => panic!("{other:?}"),
    };
    let local = || builder(&postgres).host("127.0.0.1");
    assert_eq!(
        reason(local().password("wrong")).await,
        ConnectReason::Authentication
    );
    assert_eq!(
        reason(local().user("nobody-here")).await,
        ConnectReason::Authentication
    );
    assert_eq!(
        reason(local().database("nowhere")).await,
        ConnectReason::MissingDatabase
    );
    let closed = crate::support::ClosedPort::new();
    assert_eq!(
        reason(local().port(closed.port())).await,
        ConnectReason::Refused
    );
    assert_eq!(
        reason(builder(&postgres).host("host.invalid")).await,
        ConnectReason::Dns
    );
    postgres
        .execute_superuser(format!(
            "ALTER ROLE \"{}\" CONNECTION LIMIT 0",
            postgres.user
        ))
        .await;
    assert_eq!(reason(local()).await, ConnectReason::TooManyConnections);
}

/// libpq's `prefer` ends in clear text where the server cannot encrypt: said once, unless the host
/// is this machine.
#[tokio::test]
async fn clear_text_on_another_host_is_warned_of_once() {
    // 127.0.0.1 is known to be this machine; a name that only the resolver knows is not.
    let server = crate::support::PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let hostname = Command::new("hostname").output().await.unwrap();
    let hostname = String::from_utf8(hostname.stdout)
        .unwrap()
        .trim()
        .to_owned();
    let proxied = std::net::ToSocketAddrs::to_socket_addrs(&(hostname.as_str(), 0))
        .ok()
        .and_then(|mut addresses| addresses.find(|address| address.ip().is_loopback()));
    let log = crate::texts::Log::start();
    let connect = async |host: &str| {
        let db = builder(&postgres).host(host).connect().await.unwrap();
        db.study::<Line>("s")
            .await
            .unwrap()
            .ask()
            .await
            .unwrap()
            .tell(1.0)
            .await
            .unwrap();
    };
    connect("localhost").await;
    assert_eq!(log.text().matches("not encrypted").count(), 0);
    // An address of this machine that is written in a way only the resolver understands.
    let other = if proxied.is_some() {
        hostname.as_str()
    } else {
        "127.1"
    };
    connect(other).await;
    assert_eq!(
        log.text().matches("not encrypted").count(),
        1,
        "{}",
        log.text()
    );
}
