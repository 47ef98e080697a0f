//! `check`: where settings come from, and what is wrong; never a secret.

use std::fs;

use super::{command, fixture, run};
use crate::backend::Backend;
use crate::space::Line;
use crate::support::TestDb;

const SECRET: &str = "hunter2hunter2";

#[tokio::test]
async fn each_setting_is_named_with_its_source() {
    let postgres = TestDb::create().await;
    let url = postgres.url("postgresql");
    let db = docktuna::OptunaDatabase::connect(&url).await.unwrap();
    db.study::<Line>("s").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("password");
    fs::write(&secret, &postgres.password).unwrap();
    let dotenv = format!(
        "OPTUNA_DB_USER={}\nOPTUNA_DB_NAME={}\nOPTUNA_DB_HOST=elsewhere\n",
        postgres.user, postgres.database
    );
    fs::write(folder.path().join(".env"), dotenv).unwrap();
    let mut check = command(folder.path(), &["check", "--format", "csv"]);
    check
        .env("OPTUNA_DB_HOST", &postgres.host)
        .env("OPTUNA_DB_PORT", postgres.port.to_string())
        .env("OPTUNA_DB_PASSWORD_FILE", &secret);
    let ran = run(check).await;
    let dotenv = folder.path().canonicalize().unwrap().join(".env");
    for line in [
        "OPTUNA_DB_HOST,ok,from the environment".to_owned(),
        "OPTUNA_DB_PORT,ok,from the environment".to_owned(),
        format!("OPTUNA_DB_USER,ok,from {}", dotenv.display()),
        format!("OPTUNA_DB_NAME,ok,from {}", dotenv.display()),
        "OPTUNA_DB_PASSWORD_FILE,ok,from the environment".to_owned(),
        format!("password,ok,from the file {}", secret.display()),
        "right to tune,ok,".to_owned(),
        "heartbeats,ok,no trial runs".to_owned(),
    ] {
        let found = ran.stdout.lines().any(|found| found == line);
        assert!(found, "{line}\n{}", ran.stdout);
    }
    assert!(ran.stdout.contains("\nclock,ok,"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("\nconnection,ok,\"PostgreSQL "),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains(&postgres.password), "{}", ran.stdout);
    assert_eq!(ran.code(), 0);
}

/// Settings, the beginning of a line of CSV, and what is said.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);

#[tokio::test]
async fn what_is_wrong_is_said_without_the_secret() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = TestDb::create().await;
    let refused = format!(
        "postgresql://{}:{SECRET}@{}:{}/{}",
        postgres.user, postgres.host, postgres.port, postgres.database
    );
    let cases: [Case<'_>; 5] = [
        (&[], "settings,error,", "no setting names a database"),
        (
            &[(
                "OPTUNA_STORAGE",
                "postgresql://u:hunter2hunter2@127.0.0.1:1/d",
            )],
            "connection,error,",
            "cannot connect to PostgreSQL 127.0.0.1:1/d",
        ),
        (
            &[("OPTUNA_STORAGE", "mysql://u:hunter2hunter2@h/d")],
            "settings,error,",
            "its scheme is not supported",
        ),
        (
            &[("OPTUNA_DB_HOST", "h"), ("OPTUNA_DB_PASSWORD", SECRET)],
            "settings,error,",
            "OPTUNA_DB_USER is not set",
        ),
        (
            &[("OPTUNA_STORAGE", &refused)],
            "connection,error,",
            "password",
        ),
    ];
    for (settings, line, text) in cases {
        for format in ["table", "csv", "json"] {
            let mut check = command(folder.path(), &["check", "--format", format]);
            check.envs(settings.iter().copied());
            let ran = run(check).await;
            assert_eq!(ran.code(), 1, "{}", ran.stdout);
            let shown = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(shown.contains(text), "{text}: {shown}");
            if format == "csv" {
                assert!(shown.contains(line), "{line}: {shown}");
            }
        }
    }
}

#[tokio::test]
async fn a_url_among_the_arguments_is_named_as_such() {
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    let args = ["--storage", &url, "check", "--format", "csv"];
    let mut check = command(folder.path(), &args);
    check.env("OPTUNA_STORAGE", "sqlite:///other.db");
    let ran = run(check).await;
    assert!(
        ran.stdout.contains("OPTUNA_STORAGE,ok,from --storage\n"),
        "{}",
        ran.stdout
    );
    // Its one running trial has been silent for long.
    let heartbeats = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("heartbeats,"));
    let heartbeats = heartbeats.unwrap();
    assert!(
        heartbeats.starts_with("heartbeats,no,\"1 trial runs"),
        "{heartbeats}"
    );
    assert!(heartbeats.contains("docktuna fail-stale"), "{heartbeats}");
    assert_eq!(ran.code(), 0);
    assert!(!folder.path().join("other.db").exists());
}

#[tokio::test]
async fn a_database_without_tables_is_told_from_a_wrong_one() {
    for backend in Backend::shared().await {
        let url = backend.url().replace("+psycopg2", "");
        let ran = super::docktuna(&url, &["check", "--format", "csv"]).await;
        assert_eq!(ran.code(), 1, "{:?}: {}", backend.kind, ran.stdout);
        assert!(
            ran.stdout.contains("\ntables,error,") && ran.stdout.contains("holds no Optuna tables"),
            "{}",
            ran.stdout
        );
    }
    let (_folder, url) = fixture("optuna-2.10.1.sqlite");
    let ran = super::docktuna(&url, &["check"]).await;
    assert!(
        ran.stdout.contains("optuna storage upgrade"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.code(), 1);
}

#[tokio::test]
async fn trials_without_heartbeats_are_counted() {
    for backend in Backend::shared().await {
        let url = backend.url().replace("+psycopg2", "");
        let study = backend.db.study::<Line>("s").await.unwrap();
        let silent = backend
            .beating(std::time::Duration::ZERO, std::time::Duration::ZERO)
            .await;
        let silent = silent.study::<Line>("s").await.unwrap();
        let (_one, _other) = (study.ask().await.unwrap(), silent.ask().await.unwrap());
        let ran = super::docktuna(&url, &["check", "--format", "csv"]).await;
        let line = ran
            .stdout
            .lines()
            .find(|line| line.starts_with("heartbeats,"));
        let line = line.unwrap();
        assert!(
            line.contains("2 trials run, 1 of them with heartbeats") && line.contains("1 without"),
            "{:?}: {line}",
            backend.kind
        );
    }
}
