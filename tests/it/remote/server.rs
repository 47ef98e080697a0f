//! A server on a database, as a process of its own.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr};

use crate::command::command;

/// A running server; it ends when this is dropped.
pub(crate) struct Served {
    pub(crate) process: Child,
    /// Where it listens.
    pub(crate) address: String,
    pub(crate) metrics: Option<String>,
    /// What it has said and will say.
    pub(crate) messages: Lines<BufReader<ChildStderr>>,
}

impl Served {
    /// On a database, on any free port.
    pub(crate) async fn start(url: &str, args: &[&str]) -> Self {
        Self::start_in(&std::env::temp_dir(), url, args).await
    }

    pub(crate) async fn start_in(folder: &Path, url: &str, args: &[&str]) -> Self {
        let args = [&["serve", "--listen", "127.0.0.1:0"], args].concat();
        let mut process = command(folder, &args)
            .env("OPTUNA_STORAGE", url)
            .env("TZ", "UTC")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut messages = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let (mut address, mut metrics) = (None, None);
        let wants_metrics = args.contains(&"--metrics");
        while address.is_none() || (wants_metrics && metrics.is_none()) {
            let Some(line) = messages.next_line().await.unwrap() else {
                panic!("the server ended: {said:?}");
            };
            if let Some(found) = line.strip_prefix("listening on ") {
                address = Some(found.to_owned());
            }
            if let Some(found) = line.strip_prefix("metrics on ") {
                metrics = Some(found.to_owned());
            }
            said.push(line);
        }
        Self {
            process,
            address: address.unwrap(),
            metrics,
            messages,
        }
    }

    /// Asks it to stop; what it said until it had ended well.
    pub(crate) async fn stop(mut self) -> Vec<String> {
        let id = self.process.id().expect("it runs");
        let id = rustix::process::Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        let mut said = Vec::new();
        while let Some(line) = self.messages.next_line().await.unwrap() {
            said.push(line);
        }
        let status = self.process.wait().await.unwrap();
        assert!(status.success(), "{status}: {said:?}");
        said
    }
}
