//! The command `docktuna`, as a person runs it: a process with arguments, settings and two outputs.

mod changing;
mod checking;
mod ending;
mod exporting;
mod golden;
mod hostile;
mod importance;
mod large;
mod report;
mod rights;
mod watching;

use std::path::Path;
use std::process::{ExitStatus, Stdio};

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// What a run of the command left behind.
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: ExitStatus,
}

impl Ran {
    pub(crate) fn code(&self) -> i32 {
        self.status.code().expect("no signal ended it")
    }

    /// What it printed, after it had ended well.
    pub(crate) fn succeeded(self) -> String {
        assert_eq!(self.code(), 0, "{}", self.stderr);
        self.stdout
    }

    /// What it complained of, after it had failed and printed nothing.
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(self.code(), code, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        self.stderr
    }
}

/// The command without settings, in a folder that has none.
pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_docktuna-under-test"));
    for (name, _) in std::env::vars() {
        if name.starts_with("OPTUNA_") {
            command.env_remove(name);
        }
    }
    command
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

pub(crate) async fn run(mut command: Command) -> Ran {
    let output = command.output().await.unwrap();
    Ran {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: output.status,
    }
}

/// The command with a database, and what it left behind.
pub(crate) async fn docktuna(url: &str, args: &[&str]) -> Ran {
    let mut command = command(&std::env::temp_dir(), args);
    command.env("OPTUNA_STORAGE", url);
    run(command).await
}

/// The same with an answer on its standard input.
pub(crate) async fn answering(url: &str, args: &[&str], answer: &str) -> Ran {
    let mut command = command(&std::env::temp_dir(), args);
    command
        .env("OPTUNA_STORAGE", url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(answer.as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    Ran {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: output.status,
    }
}

/// A URL for a copy of a fixture.
pub(crate) fn fixture(name: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("studies.sqlite");
    let original = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(original, &copy).unwrap();
    let url = format!("sqlite:///{}", copy.display());
    (folder, url)
}
