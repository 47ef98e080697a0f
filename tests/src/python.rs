//! Runs the scripts of `tests/python`: Optuna itself, as judge of what we wrote and as writer of what we read.

use std::fmt::{self, Display};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::server::from_run;

/// Which Optuna.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 5.0.0: UTC in the database, constraints by name.
    V5,
    /// 4.9.0: local time in the database, constraints as a list.
    V4,
}

impl Version {
    /// Both.
    pub const ALL: [Self; 2] = [Self::V5, Self::V4];

    fn interpreter(self) -> String {
        from_run(match self {
            Self::V5 => "DOCKTUNA_TEST_PYTHON_5",
            Self::V4 => "DOCKTUNA_TEST_PYTHON_4",
        })
    }
}

impl Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V5 => "Optuna 5.0.0",
            Self::V4 => "Optuna 4.9.0",
        })
    }
}

/// Runs a script with the process's zone set to UTC and returns the JSON that it prints.
///
/// # Panics
/// When the script fails; its standard error is shown.
pub async fn python(version: Version, script: &str, args: &[&str], url: &str) -> Value {
    python_in_zone(version, script, args, url, "UTC").await
}

/// The same in another time zone, in which Optuna 4 also writes.
pub async fn python_in_zone(
    version: Version,
    script: &str,
    args: &[&str],
    url: &str,
    zone: &str,
) -> Value {
    let output = command(version, script, url)
        .args(args)
        .env("TZ", zone)
        .stdin(Stdio::null())
        .output()
        .await
        .expect("the interpreter that tests/run installed");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{version}, {script} {args:?}: {}\n{stderr}",
        output.status
    );
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{version}, {script} {args:?}: no JSON: {error}\n{stderr}"))
}

fn command(version: Version, script: &str, url: &str) -> Command {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/python"));
    let mut command = Command::new(version.interpreter());
    command
        .arg(folder.join(script))
        // Not an argument: other users of the machine can read those.
        .env("DOCKTUNA_TEST_URL", url)
        .env("TZ", "UTC")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        // libpq would send it as the session's zone, which must be the server's own as for other users of Optuna.
        .env_remove("PGTZ")
        .kill_on_drop(true);
    command
}

/// A script that goes on, and answers each line with a line.
pub struct Worker {
    _process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Starts it; what it writes to standard error is the test's.
    pub fn start(version: Version, script: &str, url: &str) -> Self {
        let mut process = command(version, script, url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the interpreter that tests/run installed");
        let input = process.stdin.take().expect("a pipe");
        let output = process.stdout.take().expect("a pipe");
        Self {
            _process: process,
            input,
            output: BufReader::new(output).lines(),
        }
    }

    /// # Panics
    /// When the script ends instead of answering.
    pub async fn ask(&mut self, request: Value) -> Value {
        let line = format!("{request}\n");
        self.input
            .write_all(line.as_bytes())
            .await
            .expect("it listens");
        let answer = self.output.next_line().await.expect("text");
        let answer = answer.unwrap_or_else(|| panic!("no answer to {request}"));
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{answer}: {error}"))
    }
}
