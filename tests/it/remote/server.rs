//! A server on a database, as a process of its own.

use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use crate::command::command;

/// A running server; it ends when this is dropped.
pub(crate) struct Served {
    pub(crate) process: Child,
    /// Where it listens.
    pub(crate) address: String,
    pub(crate) metrics: Option<String>,
    /// What it said until it listened.
    pub(crate) said: Vec<String>,
    /// What it will say.
    pub(crate) messages: Lines<BufReader<ChildStderr>>,
}

impl Served {
    /// On a database, on any free port.
    pub(crate) async fn start(url: &str, args: &[&str]) -> Self {
        Self::start_in(&std::env::temp_dir(), url, args).await
    }

    pub(crate) async fn start_in(folder: &Path, url: &str, args: &[&str]) -> Self {
        Self::start_with(command(folder, &[]), "UTC", url, args).await
    }

    /// In another time zone.
    pub(crate) async fn start_in_zone(zone: &str, url: &str) -> Self {
        Self::start_with(command(&std::env::temp_dir(), &[]), zone, url, &[]).await
    }

    async fn start_with(mut command: Command, zone: &str, url: &str, args: &[&str]) -> Self {
        let mut args = [&["serve"], args].concat();
        if !args.contains(&"--listen") {
            args.extend(["--listen", "127.0.0.1:0"]);
        }
        let mut process = command
            .args(&args)
            .env("OPTUNA_STORAGE", url)
            .env("TZ", zone)
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
            said,
            messages,
        }
    }

    /// Asks it to stop; what it said until it had ended well.
    pub(crate) async fn stop(self) -> Vec<String> {
        self.terminate();
        self.ended().await
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        kill_process(self.id(), Signal::TERM).unwrap();
    }

    pub(crate) fn id(&self) -> Pid {
        let id = self.process.id().expect("it runs");
        Pid::from_raw(id.cast_signed()).unwrap()
    }

    /// Waits for its end; what it said until it had ended well.
    pub(crate) async fn ended(mut self) -> Vec<String> {
        let mut said = Vec::new();
        while let Some(line) = self.messages.next_line().await.unwrap() {
            said.push(line);
        }
        let status = self.process.wait().await.unwrap();
        assert!(status.success(), "{status}: {said:?}");
        said
    }
}
