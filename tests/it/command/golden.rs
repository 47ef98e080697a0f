//! What every reading command prints, to the letter, on databases that Optuna wrote.
//!
//! `DOCKTUNA_GOLDEN=overwrite` writes the files. Read them before you commit them.

use std::fmt::Write;
use std::path::Path;

use super::{docktuna, fixture};
use crate::support::TestDb;

/// The runs of one file: the arguments, with a study's name of more words in quotes.
const RUNS: &[&str] = &[
    "studies",
    "show single-min",
    "show multi",
    "show empty",
    "best single-min",
    "best single-max",
    "best constrained-list",
    "best multi",
    "best multi --pareto",
    "best empty",
    "trials single-min",
    "trials single-min --state complete,pruned --sort value --limit 4",
    "trials single-min --sort started --reverse --limit 3",
    "trials multi --sort value --reverse",
    "trials empty",
    "export single-min --output -",
    "export multi --output -",
    "diff single-min 0 3",
    "diff single-min 0 99",
    "importance single-min",
    "importance multi --objective accuracy",
    "importance empty",
    "show singel-min",
];

/// The runs on what older releases wrote.
const FEW: &[(&str, &[&str])] = &[
    ("studies", &["table"]),
    ("show single-min", &["table", "json"]),
    ("best single-min", &["table"]),
    ("trials single-min", &["table"]),
    ("export single-min --output -", &["json"]),
];

/// Each run in each format that it has.
fn all() -> Vec<(&'static str, &'static [&'static str])> {
    let formats = |run: &str| match run.starts_with("export") {
        true => &["csv", "json"][..],
        false => &["table", "csv", "json"],
    };
    RUNS.iter().map(|run| (*run, formats(run))).collect()
}

async fn check(name: &str, url: &str, runs: &[(&str, &[&str])]) {
    let mut found = String::new();
    for (run, formats) in runs {
        for format in *formats {
            let mut args: Vec<&str> = run.split(' ').collect();
            args.extend(["--format", format]);
            let ran = docktuna(url, &args).await;
            writeln!(found, "$ docktuna {}", args.join(" ")).unwrap();
            found.push_str(&ran.stdout);
            found.push_str(&ran.stderr);
            writeln!(found, "[{}]\n", ran.code()).unwrap();
        }
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/it/command/golden");
    let file = Path::new(folder).join(format!("{name}.txt"));
    if std::env::var_os("DOCKTUNA_GOLDEN").is_some_and(|what| what == "overwrite") {
        std::fs::write(&file, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap();
    for (i, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "{}:{}", file.display(), i + 1);
    }
    assert_eq!(found.len(), expected.len(), "{}", file.display());
}

#[tokio::test]
async fn optuna_5_on_sqlite() {
    let (_folder, url) = fixture("optuna-5.0.0.sqlite");
    check("optuna-5.0.0", &url, &all()).await;
}

#[tokio::test]
async fn optuna_5_on_postgresql() {
    let postgres = TestDb::create().await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/optuna-5.0.0.pg.sql");
    postgres
        .execute(std::fs::read_to_string(file).unwrap())
        .await;
    let formats: Vec<_> = RUNS.iter().map(|run| (*run, &["json"][..])).collect();
    check("optuna-5.0.0.pg", &postgres.url("postgresql"), &formats).await;
}

#[tokio::test]
async fn optuna_3() {
    let (_folder, url) = fixture("optuna-3.6.2.sqlite");
    check("optuna-3.6.2", &url, FEW).await;
}

#[tokio::test]
async fn optuna_2_after_its_upgrade() {
    let (_folder, url) = fixture("optuna-2.10.1-upgraded.sqlite");
    check("optuna-2.10.1-upgraded", &url, FEW).await;
}

#[tokio::test]
async fn optuna_4() {
    let (_folder, url) = fixture("optuna-4.9.0-tokyo.sqlite");
    let stdout = docktuna(&url, &["studies", "--format", "csv"])
        .await
        .succeeded();
    assert!(stdout.lines().count() > 1, "{stdout}");
    for study in stdout.lines().skip(1) {
        let name = study.split(',').next().unwrap();
        for args in [["show", name], ["trials", name], ["best", name]] {
            docktuna(&url, &args).await.succeeded();
        }
    }
}

/// A database that Optuna has to upgrade first is refused by every command in the same words.
#[tokio::test]
async fn optuna_2_before_its_upgrade() {
    let (_folder, url) = fixture("optuna-2.10.1.sqlite");
    for args in [
        &["studies"][..],
        &["show", "single-min"],
        &["best", "single-min"],
    ] {
        let stderr = docktuna(&url, args).await.failed(1);
        assert!(
            stderr.contains("optuna storage upgrade"),
            "{args:?}: {stderr}"
        );
    }
}

/// The guide says that what is printed as JSON can be read as JSON.
#[tokio::test]
async fn json_is_json() {
    let (_folder, url) = fixture("optuna-5.0.0.sqlite");
    let names = docktuna(&url, &["studies", "--format", "json"])
        .await
        .succeeded();
    let studies: serde_json::Value = serde_json::from_str(&names).unwrap();
    for study in studies.as_array().unwrap() {
        let name = study["name"].as_str().unwrap();
        for args in [
            vec!["show", name],
            vec!["trials", name],
            vec!["best", name, "--pareto"],
        ] {
            let args = [args, vec!["--format", "json"]].concat();
            let text = docktuna(&url, &args).await.succeeded();
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            if args[0] == "trials" {
                let total = study["trials"]["total"].as_u64().unwrap();
                assert_eq!(json.as_array().unwrap().len() as u64, total, "{name}");
            }
        }
    }
}
