//! The start-up of a service, with the database up, down and wrong.
//!
//! The recipe of the guide takes its settings from the environment, which belongs to a process, so each
//! case of it runs in a child: this test program once more, told by a variable what to do.

mod server;

use std::path::Path;

use docktuna::{ConnectReason, Error, OptunaDatabase};

use crate::backend::Proxied;
use crate::child::{self, CHILD};
use crate::space::Line;
use crate::support::{ClosedPort, TestDb};
use server::{Says, server};

// The text that the guide shows (docktuna/docs/loading.md), to be carried out as it stands.
include!("recipe.rs");

#[test]
fn the_recipe_is_the_one_of_the_guide() {
    let guide = include_str!("../../../../docktuna/docs/loading.md");
    let recipe = include_str!("recipe.rs");
    assert!(guide.contains(&format!("\n```rust,no_run\n{recipe}```\n")));
}

/// Not a test of its own: what the children of the others do. Without the variable it does nothing.
#[test]
fn in_a_child() {
    let loaded = match std::env::var(CHILD).as_deref() {
        Err(_) => return,
        Ok("blocking") => start_without_a_runtime(),
        Ok(_) => docktuna::blocking::block_on(start()),
    };
    match loaded {
        Ok(train) => println!("CHILD: {:e}", train.lr),
        Err(error) => println!("CHILD: error: {error}"),
    }
}

/// What the recipe gives in a process that has these variables and runs in this folder, which the
/// asynchronous and the blocking form agree on.
async fn started(folder: &Path, variables: &[(&str, &str)]) -> String {
    let mut found = Vec::new();
    for form in ["asynchronous", "blocking"] {
        found.push(child::said("serve::start_up::in_a_child", form, folder, variables).await);
    }
    assert_eq!(found[0], found[1]);
    found.remove(0)
}

/// The settings of a database that is up.
fn settings(postgres: &TestDb) -> [(&'static str, String); 5] {
    [
        ("OPTUNA_DB_HOST", postgres.host.clone()),
        ("OPTUNA_DB_PORT", postgres.port.to_string()),
        ("OPTUNA_DB_USER", postgres.user.clone()),
        ("OPTUNA_DB_NAME", postgres.database.clone()),
        ("OPTUNA_DB_PASSWORD", postgres.password.clone()),
    ]
}

/// The best trial's `lr`, as the recipe prints it; the default is 3e-4.
const BEST: &str = "2.5e-3";
const DEFAULT: &str = "3e-4";

/// A study with a best trial; the folder gets the snapshot of it from the recipe itself.
async fn with_snapshot(folder: &Path) -> TestDb {
    let postgres = TestDb::create().await;
    let up = settings(&postgres);
    let up: Vec<(&str, &str)> = up.iter().map(|(name, value)| (*name, &**value)).collect();
    // Before anything was tuned.
    assert_eq!(started(folder, &up).await, DEFAULT);
    let url = postgres.url("postgresql");
    let db = OptunaDatabase::connect(&url).await.unwrap();
    let study = db.study::<Train>("sentiment").await.unwrap();
    study.enqueue(Train { lr: 2.5e-3 }).await.unwrap();
    study.ask().await.unwrap().tell(0.5).await.unwrap();
    assert_eq!(started(folder, &up).await, BEST);
    assert!(folder.join("best.json").exists());
    postgres
}

#[tokio::test]
async fn f10_the_recipe_starts_with_the_database_down() {
    let folder = tempfile::tempdir().unwrap();
    let _postgres = with_snapshot(folder.path()).await;
    let empty = tempfile::tempdir().unwrap();
    let damaged = tempfile::tempdir().unwrap();
    std::fs::write(damaged.path().join("best.json"), "").unwrap();

    let nobody = ClosedPort::new();
    let closed = ("127.0.0.1", nobody.port(), "no server listens there");
    let starting = server(Says::Refusal("57P03", "the database system is starting up")).await;
    let stopping = server(Says::Refusal("57P01", "terminating connection")).await;
    let full = server(Says::Refusal("53300", "sorry, too many clients already")).await;
    let broken = server(Says::Nothing).await;
    for (host, port, reason) in [
        closed,
        ("127.0.0.1", starting, "did not answer"),
        ("127.0.0.1", stopping, "did not answer"),
        ("127.0.0.1", full, "no connection left"),
        ("127.0.0.1", broken, "did not answer"),
        ("nowhere.invalid", 5432, "cannot be resolved"),
        ("/nowhere", 5432, "no server listens there"),
    ] {
        let port = port.to_string();
        let down = [
            ("OPTUNA_DB_HOST", host),
            ("OPTUNA_DB_PORT", &*port),
            ("OPTUNA_DB_USER", "me"),
            ("OPTUNA_DB_NAME", "studies"),
            ("OPTUNA_DB_PASSWORD", "s3cret"),
            ("OPTUNA_DB_SSLMODE", "disable"),
        ];
        assert_eq!(started(folder.path(), &down).await, BEST, "{reason}");
        assert_eq!(started(empty.path(), &down).await, DEFAULT, "{reason}");
        let text = started(damaged.path(), &down).await;
        // Which file, and why it was wanted.
        assert!(
            text.starts_with("error: snapshot \"best.json\": "),
            "{text}"
        );
        assert!(
            text.contains("cannot connect to ") && text.contains(reason),
            "{text}"
        );
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[tokio::test]
async fn f10_a_database_that_is_wrong_is_an_error_whatever_the_snapshot_says() {
    let folder = tempfile::tempdir().unwrap();
    let _postgres = with_snapshot(folder.path()).await;
    let refusing = server(Says::Refusal("28P01", "password authentication failed")).await;
    let without = server(Says::Refusal("3D000", "database does not exist")).await;
    let closed = server(Says::Refusal("42501", "permission denied for database")).await;
    let whole = |host: &'static str, port: u16| {
        vec![
            ("OPTUNA_DB_HOST", host.to_owned()),
            ("OPTUNA_DB_PORT", port.to_string()),
            ("OPTUNA_DB_USER", "me".to_owned()),
            ("OPTUNA_DB_NAME", "studies".to_owned()),
            ("OPTUNA_DB_PASSWORD", "s3cret".to_owned()),
            ("OPTUNA_DB_SSLMODE", "disable".to_owned()),
        ]
    };
    let plain = server(Says::NoEncryption).await;
    let mut encrypted = whole("127.0.0.1", plain);
    encrypted[5].1 = "require".to_owned();
    for (variables, reason) in [
        (vec![], "no setting names a database"),
        (whole("127.0.0.1", 1)[..3].to_vec(), "OPTUNA_DB_NAME"),
        (
            whole("127.0.0.1", refusing),
            "refused the user or the password",
        ),
        (whole("127.0.0.1", without), "no such database"),
        (whole("127.0.0.1", closed), "may not connect"),
        (encrypted, "encrypted connection failed"),
    ] {
        let variables: Vec<(&str, &str)> = variables
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        let text = started(folder.path(), &variables).await;
        assert!(
            text.starts_with("error: ") && text.contains(reason),
            "{text}"
        );
    }
}

/// A clock that jumps to the next timer takes the place of the wait for a server that is silent.
#[tokio::test]
async fn f10_a_silent_server_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("best.json");
    let Proxied {
        postgres: _postgres,
        proxy,
        db,
    } = Proxied::new().await;
    let study = db.study::<Line>("s").await.unwrap();
    study.ask().await.unwrap().tell(1.0).await.unwrap();
    let loader = Line::loader("s").snapshot(&file);
    let best = loader.load(&db).await.unwrap();

    // Silent from the start,
    let silent = server(Says::NothingAtAll).await;
    let url = format!("postgresql://me:secret@127.0.0.1:{silent}/x");
    let connecting = || OptunaDatabase::builder().url(&url);
    // and on a line that was open already.
    proxy.freeze();
    tokio::time::pause();
    assert_eq!(loader.load_from(connecting()).await.unwrap(), best);
    assert_eq!(loader.load(&db).await.unwrap(), best);
    let plain = Line::loader("s");
    for result in [plain.load_from(connecting()).await, plain.load(&db).await] {
        let error = result.unwrap_err();
        assert!(error.is_transient(), "{error}");
    }
    let defaults = plain.clone().on_missing(Fallback::Defaults);
    assert_eq!(
        defaults.load_from(connecting()).await.unwrap(),
        Line::defaults()
    );
    assert_eq!(defaults.load(&db).await.unwrap(), Line::defaults());
}

#[test]
fn f10_without_a_policy_the_error_is_that_of_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("best.json");
    let closed = ClosedPort::new();
    let url = format!("postgresql://me:secret@127.0.0.1:{}/x", closed.port());
    let down = || OptunaDatabase::builder().url(&url);
    // No snapshot yet: a caller that tries again while the error is transient gets there.
    for loader in [Line::loader("s"), Line::loader("s").snapshot(&file)] {
        match docktuna::blocking::load_from(&loader, down()) {
            Err(Error::Connect { reason, .. }) => assert_eq!(reason, ConnectReason::Refused),
            other => panic!("{other:?}"),
        }
    }
    // A snapshot that is there is never passed over in silence.
    let loader = Line::loader("s")
        .snapshot(&file)
        .on_missing(Fallback::Defaults);
    assert_eq!(
        docktuna::blocking::load_from(&loader, down()).unwrap(),
        Line::defaults()
    );
    let other = r#"{"study": "other", "trial": 0, "value": 1.0, "params": {}}"#;
    let mismatch = r#"{"study": "s", "trial": 0, "value": 1.0, "params": {}}"#;
    for (text, expected) in [
        (
            other,
            "it belongs to another study; it is needed because cannot connect to ",
        ),
        ("{\"study\": \"s\"", "snapshot "),
        (mismatch, "declared, not stored"),
    ] {
        std::fs::write(&file, text).unwrap();
        let error = docktuna::blocking::load_from(&loader, down()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    std::fs::remove_file(&file).unwrap();
    // Nor one that cannot be read.
    std::fs::create_dir(&file).unwrap();
    let error = docktuna::blocking::load_from(&loader, down()).unwrap_err();
    assert!(matches!(error, Error::Snapshot { .. }), "{error}");
}

#[tokio::test]
async fn f10_a_snapshot_that_cannot_be_written_stops_nothing_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let occupied = folder.path().join("best.json");
    std::fs::create_dir(&occupied).unwrap();
    let db = OptunaDatabase::in_memory();
    let study = db.study::<Line>("s").await.unwrap();
    study.ask().await.unwrap().tell(1.0).await.unwrap();
    for file in [occupied, folder.path().join("none/best.json")] {
        assert!(Line::loader("s").snapshot(&file).load(&db).await.is_ok());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
