//! Runs the scripts of `tests/python`: Optuna itself, as judge of what we wrote and as writer of what we read.

use std::fmt::{self, Display};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::bouncer::private_folder;
use crate::server::from_run;

/// Our scripts.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");

/// The variable that tells a script its database: other users of the machine can read arguments.
const URL: &str = "DOCKTUNA_TEST_URL";

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

    /// One of our scripts, to be run without a database.
    pub fn command(self, script: &str) -> Command {
        command(self, script, "")
    }

    fn number(self) -> &'static str {
        match self {
            Self::V5 => "5.0.0",
            Self::V4 => "4.9.0",
        }
    }

    fn interpreter(self) -> String {
        from_run(match self {
            Self::V5 => "DOCKTUNA_TEST_PYTHON_5",
            Self::V4 => "DOCKTUNA_TEST_PYTHON_4",
        })
    }
}

impl Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Optuna {}", self.number())
    }
}

/// Runs a script in a process of its own, with its zone set to UTC, and returns the JSON that it prints.
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
    let request = json!({
        "script": script,
        "arguments": args,
        "environment": { URL: url, "TZ": zone },
    });
    let answer = served(version, &request)
        .await
        .unwrap_or_else(|error| panic!("{version}, {script} {args:?}: {error}"));
    let errors = answer["errors"].as_str().unwrap_or_default();
    assert!(
        answer["status"] == 0,
        "{version}, {script} {args:?}: {}\n{errors}",
        answer["status"]
    );
    serde_json::from_str(answer["output"].as_str().unwrap_or_default())
        .unwrap_or_else(|error| panic!("{version}, {script} {args:?}: no JSON: {error}\n{errors}"))
}

/// What `serve.py` answers. It is started once for each Optuna, because importing that takes longer than most scripts.
async fn served(version: Version, request: &Value) -> io::Result<Value> {
    static SERVERS: [OnceLock<PathBuf>; 2] = [const { OnceLock::new() }; 2];
    let socket = SERVERS[version as usize].get_or_init(|| start_server(version));
    let mut server = UnixStream::connect(socket).await?;
    server.write_all(format!("{request}\n").as_bytes()).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    Ok(serde_json::from_slice(&answer)?)
}

/// Starts `serve.py` and returns the socket that it listens on. It ends with this program.
fn start_server(version: Version) -> PathBuf {
    let (folder, _) = private_folder("python-");
    // It is needed as long as this program runs, and `tests/run` removes it.
    let socket = folder.keep().join("socket");
    let listener = UnixListener::bind(&socket).expect("a new folder");
    let mut command = command(version, "serve.py", "");
    // Its end is how the server knows of ours.
    command
        .stdin(OwnedFd::from(listener))
        .stdout(Stdio::piped());
    // More threads than one do not survive a fork.
    command.env("OPENBLAS_NUM_THREADS", "1");
    let server = command.into_std().spawn();
    std::mem::forget(server.expect("the interpreter that tests/run installed"));
    socket
}

fn command(version: Version, script: &str, url: &str) -> Command {
    let mut command = Command::new(version.interpreter());
    command
        .arg(Path::new(FOLDER).join(script))
        .env(URL, url)
        .env("TZ", "UTC")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        // libpq would send it as the session's zone, which must be the server's own as for other users of Optuna.
        .env_remove("PGTZ")
        .kill_on_drop(true);
    command
}

/// How tests of Optuna's own ended.
#[derive(Debug)]
pub struct Judged {
    /// How many passed.
    pub passed: usize,
    /// How many failed, or broke off.
    pub failed: usize,
    /// How many skipped themselves.
    pub skipped: usize,
    /// How many were left out by the arguments.
    pub deselected: usize,
    /// The whole output.
    pub text: String,
}

/// The folder of Optuna's own tests.
pub fn optunas_tests(version: Version) -> PathBuf {
    let interpreter = PathBuf::from(version.interpreter());
    let environment = interpreter.ancestors().nth(2).expect("bin/python in it");
    let number = version.number();
    environment.join(format!("source/optuna-{number}/tests"))
}

/// Runs pytest on files that are ours, or Optuna's where a path says so, with these variables.
///
/// # Panics
/// When it says no result.
pub async fn pytest(version: Version, args: &[&str], variables: &[(&str, &str)]) -> Judged {
    let output = Command::new(version.interpreter())
        .args([
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-W",
            "ignore",
        ])
        .args(args)
        .current_dir(FOLDER)
        .env("TZ", "UTC")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // For plugins.
        .env("PYTHONPATH", FOLDER)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("the interpreter that tests/run installed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let last = text.lines().last().unwrap_or_default();
    // Such as `1 failed, 56 passed, 2 deselected in 4.52s`.
    let counted = last.split(" in ").next().unwrap_or_default().split(", ");
    let (mut passed, mut failed, mut skipped, mut deselected) = (0, 0, 0, 0);
    for (count, what) in counted.filter_map(|part| part.split_once(' ')) {
        let count: usize = count
            .parse()
            .unwrap_or_else(|_| panic!("no result: {text}"));
        match what {
            "passed" => passed += count,
            "failed" | "error" | "errors" => failed += count,
            "skipped" => skipped += count,
            "deselected" => deselected += count,
            _ => {}
        }
    }
    Judged {
        passed,
        failed,
        skipped,
        deselected,
        text,
    }
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
