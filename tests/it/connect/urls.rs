//! PostgreSQL URLs as users of libpq and SQLAlchemy have them, on a server.

use docktuna::{ConnectReason, Error, OptunaDatabase};

use crate::space::Line;
use crate::support::{ClosedPort, TestDb, Version, python};
use crate::texts::{Log, every_text};

fn reason(result: docktuna::Result<OptunaDatabase>) -> ConnectReason {
    match result {
        Err(Error::Connect { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn f08_options_that_change_nothing_are_warned_of_once() {
    let postgres = TestDb::create().await;
    let log = Log::start();
    let url = format!(
        "{}?connect_timeout=10&application_name=x&channel_binding=prefer&keepalives=1&client_encoding=utf8&sslmode=PREFER",
        postgres.url("POSTGRESQL+psycopg2")
    );
    let db = OptunaDatabase::connect(&url).await.unwrap();
    db.study::<Line>("s")
        .await
        .unwrap()
        .ask()
        .await
        .unwrap()
        .tell(1.0)
        .await
        .unwrap();
    let text = log.text();
    let warnings: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("ignored"))
        .collect();
    assert_eq!(warnings.len(), 1, "{text}");
    let names = "application_name, channel_binding, client_encoding, keepalives";
    assert!(warnings[0].contains(names), "{warnings:?}");
    assert!(
        !text.contains(&postgres.password),
        "the log holds a password"
    );
}

#[tokio::test]
async fn f08_hosts_are_tried_in_turn() {
    let postgres = TestDb::create().await;
    let closed = ClosedPort::new();
    let (dead, port) = (closed.port(), postgres.port);
    let builder = |hosts: &str| {
        OptunaDatabase::builder()
            .url(format!(
                "postgresql://{}@{hosts}/{}",
                postgres.user, postgres.database
            ))
            .password(postgres.password.clone())
    };
    for hosts in [
        format!("127.0.0.1:{dead},127.0.0.1:{port}"),
        format!("host.invalid:{port},127.0.0.1:{port}"),
        format!("127.0.0.1:{port},127.0.0.1:{dead}"),
    ] {
        let db = builder(&hosts).connect().await.unwrap();
        db.study::<Line>("s")
            .await
            .unwrap()
            .ask()
            .await
            .unwrap()
            .tell(1.0)
            .await
            .unwrap();
        // Ours, for connections of one's own, and what a heartbeat's zone is asked for on.
        let Some(docktuna::Pool::Postgres(pool)) = db.pool().await else {
            panic!("PostgreSQL")
        };
        sqlx::query("SELECT 1").execute(pool).await.unwrap();
        assert!(
            db.description()
                .starts_with(&format!("PostgreSQL {hosts}/")),
            "{}",
            db.description()
        );
        let url = db.optuna_url().unwrap();
        let again = OptunaDatabase::builder()
            .url(url)
            .password(postgres.password.clone());
        assert!(
            again
                .connect()
                .await
                .unwrap()
                .contains_study("s")
                .await
                .unwrap()
        );
    }
    let both = format!("127.0.0.1:{dead},127.0.0.1:{dead}");
    assert_eq!(
        reason(builder(&both).connect().await),
        ConnectReason::Refused
    );
    // A server that is there and refuses is the last that is asked.
    let hosts = format!("127.0.0.1:{port},127.0.0.1:{dead}");
    let wrong = builder(&hosts).password("wrong").connect().await;
    assert_eq!(reason(wrong), ConnectReason::Authentication);
}

#[tokio::test]
async fn f08_a_session_is_as_it_was_asked_for() {
    let postgres = TestDb::create().await;
    let connect = async |attributes: &str| {
        let url = postgres.url("postgresql");
        OptunaDatabase::connect(&format!("{url}?target_session_attrs={attributes}")).await
    };
    for attributes in ["any", "read-write", "primary"] {
        connect(attributes).await.unwrap();
    }
    postgres
        .execute_superuser(format!(
            "ALTER ROLE {} SET default_transaction_read_only = on",
            postgres.user
        ))
        .await;
    connect("any").await.unwrap();
    connect("primary").await.unwrap();
    let error = connect("read-write").await.unwrap_err();
    assert!(error.is_transient(), "another server may take over");
    assert!(
        error
            .to_string()
            .contains("no host satisfies target_session_attrs"),
        "{error}"
    );
    assert_eq!(reason(Err(error)), ConnectReason::Session);
}

/// psycopg2 logs in with each of these passwords.
#[tokio::test]
async fn f30_f35_a_password_that_the_driver_cannot_prepare_is_told_and_not_shown() {
    let postgres = TestDb::create().await;
    for (password, hidden) in [
        ("hunter\u{1f600}", "\u{1f600}"),
        ("hun\tter", "\\t"),
        ("\u{627}hunter", "\u{627}"),
        ("hunter\u{e000}", "\u{e000}"),
        ("hunter\u{7f}", "\\u{7f}"),
    ] {
        postgres
            .execute_superuser(format!(
                "ALTER ROLE {} PASSWORD '{password}'",
                postgres.user
            ))
            .await;
        let url = |scheme: &str| {
            let encoded =
                percent_encoding::utf8_percent_encode(password, percent_encoding::NON_ALPHANUMERIC);
            let (user, host, port) = (&postgres.user, &postgres.host, postgres.port);
            format!(
                "{scheme}://{user}:{encoded}@{host}:{port}/{}",
                postgres.database
            )
        };
        let args = ["--study", "s", "--trials", "0", "--space", "{}", "--create"];
        python(
            Version::V5,
            "optimize.py",
            &args,
            &url("postgresql+psycopg2"),
        )
        .await;
        let error = OptunaDatabase::connect(&url("postgresql"))
            .await
            .unwrap_err();
        let text = every_text(&error);
        assert!(
            text.contains("a control character such as a tab, an emoji"),
            "{text}"
        );
        for hidden in [password, hidden, "hunter"] {
            assert!(!text.contains(hidden), "{text}");
        }
        assert!(!error.is_transient());
        assert_eq!(reason(Err(error)), ConnectReason::Credentials);
    }
}

#[tokio::test]
async fn f32_the_url_of_a_database_with_a_schema_is_taken() {
    let postgres = TestDb::create().await;
    postgres.execute("CREATE SCHEMA \"My \"\"Tuning\\\"").await;
    let db = OptunaDatabase::builder()
        .url(postgres.url("postgresql"))
        .schema("My \"Tuning\\")
        .connect()
        .await
        .unwrap();
    db.study::<Line>("s").await.unwrap();
    let printed = db.optuna_url().unwrap();
    let again = OptunaDatabase::builder()
        .url(&printed)
        .password(postgres.password.clone());
    let again = again.connect().await.unwrap();
    assert!(again.contains_study("s").await.unwrap());
    assert_eq!(again.optuna_url().unwrap(), printed);
    // The same tables for Python, which gets the password with it.
    let (_, options) = printed.split_once('?').unwrap();
    let url = format!("{}?{options}", postgres.url_for_python());
    let values = python(Version::V5, "values.py", &["--study", "s"], &url).await;
    assert_eq!(values, serde_json::json!([]));
}

/// What answers there is no PostgreSQL server: to try again helps nobody.
#[tokio::test]
async fn f05_what_is_no_answer_of_a_server_is_not_repeated() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 8];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let url = format!("postgresql://me:hunter2@127.0.0.1:{port}/d");
    let error = OptunaDatabase::connect(&url).await.unwrap_err();
    server.abort();
    assert!(!error.is_transient(), "{error:?}");
    let text = every_text(&error);
    assert!(
        text.contains("the connection cannot be opened: ") && !text.contains("hunter2"),
        "{text}"
    );

    let long = format!("/tmp/{}", "x".repeat(200));
    let error = OptunaDatabase::builder()
        .host(long)
        .user("me")
        .database("d")
        .password("hunter2")
        .connect()
        .await
        .unwrap_err();
    assert!(!error.is_transient(), "{error:?}");
    assert_eq!(reason(Err(error)), ConnectReason::Other);
}
