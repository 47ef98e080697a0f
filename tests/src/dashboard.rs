//! optuna-dashboard on a database.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::private_server::free_port;
use crate::server::from_run;

/// A dashboard that runs; ends with this.
pub struct Dashboard {
    port: u16,
    _process: Child,
}

impl Dashboard {
    /// Starts one and waits until it answers.
    ///
    /// # Panics
    /// When it does not.
    pub async fn start(url: &str) -> Self {
        let port = free_port();
        // The URL holds a password, so it travels in the environment.
        let program = format!(
            "import os, optuna_dashboard\n\
             optuna_dashboard.run_server(os.environ['URL'], host='127.0.0.1', port={port})"
        );
        let process = Command::new(from_run("DOCKTUNA_TEST_PYTHON_5"))
            .args(["-c", &program])
            .env("URL", url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the interpreter that tests/run installed");
        let dashboard = Self {
            port,
            _process: process,
        };
        let answer = async {
            while dashboard.try_get("/api/studies").await.is_none() {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(90), answer)
            .await
            .expect("a dashboard that answers");
        dashboard
    }

    /// What it answers, as JSON.
    ///
    /// # Panics
    /// When it does not answer, or with anything but success.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.try_get(path).await;
        answer.unwrap_or_else(|| panic!("{path}: no answer"))
    }

    async fn try_get(&self, path: &str) -> Option<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        assert!(head.contains(" 200 "), "{path}: {answer}");
        Some(serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error}: {body}")))
    }
}
