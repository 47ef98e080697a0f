//! How the command ends: statuses, closed outputs, help.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

use super::{command, docktuna, fixture, run};

#[tokio::test]
async fn arguments_that_make_no_sense_end_with_2() {
    let (_folder, url) = fixture("optuna-5.0.0.sqlite");
    for (args, complaint) in [
        (&[][..], "Usage: docktuna"),
        (&["studys"][..], "a similar subcommand exists: 'studies'"),
        (&["show"], "<STUDY>"),
        (
            &["trials", "s", "--state", "done"],
            "possible values: running, complete",
        ),
        (&["trials", "s", "--limit", "x"], "'--limit"),
        (
            &["trials", "s", "--sort", "size"],
            "possible values: number, value",
        ),
        (
            &["studies", "--format", "xml"],
            "possible values: table, json, csv",
        ),
        (&["diff", "s", "1"], "<B>"),
        (&["watch", "s", "--interval", "0"], "--interval"),
        (
            &["man", "nothing"],
            "there is no subcommand \"nothing\"; help: one of studies",
        ),
    ] {
        let stderr = docktuna(&url, args).await.failed(2);
        assert!(stderr.contains(complaint), "{args:?}: {stderr}");
    }
}

#[tokio::test]
async fn an_unknown_study_is_answered_with_near_names() {
    let (_folder, url) = fixture("optuna-5.0.0.sqlite");
    for args in [
        &["show", "singlemin"][..],
        &["best", "singlemin"],
        &["trials", "singlemin"],
        &["importance", "singlemin"],
        &["diff", "singlemin", "0", "1"],
        &["watch", "singlemin"],
        &["delete", "singlemin"],
        &["rename", "singlemin", "x"],
        &["fail-stale", "singlemin"],
        &["enqueue", "singlemin", "f=1"],
        &["export", "singlemin", "-o", "-", "--format", "csv"],
    ] {
        let stderr = docktuna(&url, args).await.failed(1);
        assert!(
            stderr.starts_with(
                "error: no study is called \"singlemin\"; help: did you mean \"single-min\""
            ),
            "{args:?}: {stderr}"
        );
    }
}

#[tokio::test]
async fn a_reader_that_has_read_enough_is_no_failure() {
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    for args in [
        &["trials", "single-min", "--format", "json"][..],
        &["trials", "single-min"],
        &["studies", "--format", "csv"],
        &["export", "single-min", "-o", "-", "--format", "json"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
    ] {
        // A pipe whose reading end is closed before anything is written.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut closed = command(folder.path(), args);
        closed
            .env("OPTUNA_STORAGE", &url)
            .stdout(writer)
            .stderr(Stdio::piped());
        let output = closed.spawn().unwrap().wait_with_output().await.unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    }
}

#[tokio::test]
async fn a_closed_standard_error_changes_nothing() {
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    for (args, code) in [
        (&["show", "none"][..], 1),
        (&["importance", "single-min"], 0),
        (&["delete", "single-min"], 1),
        (&["nonsense"], 2),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut closed = command(folder.path(), args);
        closed
            .env("OPTUNA_STORAGE", &url)
            .stderr(writer)
            .stdout(Stdio::piped());
        let output = closed.spawn().unwrap().wait_with_output().await.unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {output:?}");
    }
}

/// A disk without room, which is no reader that has read enough.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_output_that_cannot_be_written_is_a_failure() {
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    for args in [
        &["studies"][..],
        &["man"],
        &["trials", "single-min", "--format", "json"],
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut full_disk = command(folder.path(), args);
        full_disk
            .env("OPTUNA_STORAGE", &url)
            .stdout(full)
            .stderr(Stdio::piped());
        let output = full_disk.spawn().unwrap().wait_with_output().await.unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            stderr.contains("standard output cannot be written"),
            "{stderr}"
        );
    }
}

/// The file is locked, so that the command waits while it is interrupted.
#[cfg(unix)]
#[tokio::test]
async fn an_interrupt_leaves_nothing_half_done() {
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("studies.sqlite"));
    let mut lock = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::raw_sql("BEGIN EXCLUSIVE")
        .execute(&mut lock)
        .await
        .unwrap();
    let mut export = command(folder.path(), &["export", "multi", "-o", "t.csv"]);
    export.env("OPTUNA_STORAGE", &url).stderr(Stdio::piped());
    let mut export = export.spawn().unwrap();
    // It makes its file before it reads anything.
    while !std::fs::read_dir(folder.path()).unwrap().any(|entry| {
        let name = entry.unwrap().file_name();
        name.to_string_lossy().starts_with(".docktuna-")
    }) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    super::watching::interrupt(&export);
    let mut stderr = String::new();
    export
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .await
        .unwrap();
    let status = export.wait().await.unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert_eq!(stderr, "error: interrupted\n");
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| !name.to_string_lossy().starts_with("studies.sqlite"))
        .collect();
    left.sort();
    assert!(left.is_empty(), "{left:?}");
}

/// Nobody answers, and the standard input stays open.
#[cfg(unix)]
#[tokio::test]
async fn an_interrupt_is_an_answer_to_a_question() {
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    let mut delete = command(folder.path(), &["delete", "single-min"]);
    delete
        .env("OPTUNA_STORAGE", &url)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped());
    let mut delete = delete.spawn().unwrap();
    let _open = delete.stdin.take().unwrap();
    let mut stderr = BufReader::new(delete.stderr.take().unwrap());
    let mut asked = Vec::new();
    stderr.read_until(b'?', &mut asked).await.unwrap();
    assert!(asked.ends_with(b"delete it?"), "{asked:?}");
    super::watching::interrupt(&delete);
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).await.unwrap();
    assert!(rest.ends_with("error: interrupted\n"), "{rest}");
    assert_eq!(delete.wait().await.unwrap().code(), Some(1));
    let studies = docktuna(&url, &["studies"]).await.succeeded();
    assert!(studies.contains("single-min"), "{studies}");
}

#[tokio::test]
async fn help_completions_and_manual_pages_know_every_subcommand() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(command(folder.path(), &["--help"])).await.succeeded();
    let commands = help.split("Commands:\n").nth(1).unwrap();
    let commands: Vec<&str> = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(
        commands,
        [
            "studies",
            "show",
            "best",
            "trials",
            "export",
            "watch",
            "diff",
            "importance",
            "report",
            "check",
            "rename",
            "delete",
            "fail-stale",
            "enqueue",
            "serve",
            "completions",
            "man",
            "help"
        ]
    );
    for line in help.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    let man = run(command(folder.path(), &["man"])).await.succeeded();
    assert!(man.contains(".TH docktuna 1"), "{man}");
    for command_name in &commands {
        assert!(
            man.contains(&format!(
                "docktuna\\-{}(1)",
                command_name.replace('-', "\\-")
            )),
            "{command_name}"
        );
        let args: &[&str] = match *command_name {
            "help" => continue,
            name => &[name, "--help"],
        };
        let own = run(command(folder.path(), args)).await.succeeded();
        assert!(
            own.contains(&format!("Usage: docktuna {command_name}")),
            "{own}"
        );
        let page = run(command(folder.path(), &["man", command_name]))
            .await
            .succeeded();
        assert!(
            page.contains(&format!(".TH docktuna-{command_name} 1")),
            "{page}"
        );
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(command(folder.path(), &["completions", shell]))
            .await
            .succeeded();
        for command_name in &commands {
            assert!(script.contains(command_name), "{shell}: {command_name}");
        }
    }
    // No subcommand that needs no database looks for one.
    let version = run(command(folder.path(), &["--version"]))
        .await
        .succeeded();
    assert_eq!(version, format!("docktuna {}\n", env!("CARGO_PKG_VERSION")));
}

/// Standard output holds data, and nothing else.
#[tokio::test]
async fn warnings_go_to_standard_error() {
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    let url = format!("{url}?cache=shared");
    let mut warned = command(
        folder.path(),
        &["--storage", &url, "studies", "--format", "csv"],
    );
    warned.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = warned.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().unwrap();
    assert!(first.starts_with("name,directions,"), "{first}");
    while lines.next_line().await.unwrap().is_some() {}
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .await
        .unwrap();
    assert!(stderr.contains("are ignored"), "{stderr}");
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
}
