//! A server as a process of its own, at a port that it keeps.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::fleet::PATIENCE;

/// It ends when this is dropped.
pub(crate) struct Served {
    process: Child,
    args: Vec<String>,
    url: String,
    pub(crate) address: String,
    /// All that it said, before it was killed, too.
    said: Arc<Mutex<Vec<String>>>,
}

impl Served {
    /// On a database, with more arguments.
    pub(crate) async fn start(url: &str, args: &[&str]) -> Self {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        let said = Arc::default();
        let (process, address) = begin(url, "127.0.0.1:0", &args, &said).await;
        Self {
            process,
            args,
            url: url.to_owned(),
            address,
            said,
        }
    }

    /// Kills it, as the kernel does when memory runs out.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.expect("a child of ours");
    }

    /// Starts it again where it was.
    pub(crate) async fn start_again(&mut self) {
        let (process, address) = begin(&self.url, &self.address, &self.args, &self.said).await;
        assert_eq!(address, self.address);
        self.process = process;
    }

    /// The memory that it has, and the most that it had, in KiB.
    pub(crate) fn memory(&self) -> (u64, u64) {
        let process = self.process.id().expect("it runs");
        let status = fs::read_to_string(PathBuf::from(format!("/proc/{process}/status")));
        let status = status.expect("Linux");
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number
                .and_then(|number| number.parse().ok())
                .expect("a number")
        };
        (kib("VmRSS:"), kib("VmHWM:"))
    }

    /// What it complained of.
    ///
    /// # Panics
    /// When it panicked.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let panicked = said.iter().find(|line| line.contains("panicked"));
        assert_eq!(panicked, None);
        let is_usual = |line: &&String| {
            ["serving ", "listening on ", "stopped"]
                .iter()
                .any(|usual| line.starts_with(usual))
        };
        said.iter()
            .filter(|line| !is_usual(line))
            .cloned()
            .collect()
    }
}

async fn begin(
    url: &str,
    listen: &str,
    args: &[String],
    said: &Arc<Mutex<Vec<String>>>,
) -> (Child, String) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_docktuna-under-test"))
        .args(["serve", "--listen", listen])
        .args(args)
        .env("OPTUNA_STORAGE", url)
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the command that cargo built");
    let mut lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
    let (listens, mut heard) = mpsc::unbounded_channel();
    let said = Arc::clone(said);
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(address) = line.strip_prefix("listening on ") {
                let _ = listens.send(address.to_owned());
            }
            said.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(line);
        }
    });
    let address = timeout(PATIENCE, heard.recv()).await;
    let address = address.expect("it starts in time").expect("it listens");
    (process, address)
}
