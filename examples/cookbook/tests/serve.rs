//! The service `serve`, run as a process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use docktuna::{OptunaDatabase, Study, Tunable};
use docktuna_cookbook::forest::{Forest, data};
use serde_json::Value;
use smartcore::linalg::basic::arrays::Array;

/// Settings of which each trial tells its value.
async fn tell(study: &Study<Forest>, trees: u16, accuracy: f64) {
    let settings = Forest {
        trees,
        ..Forest::defaults()
    };
    study.enqueue(settings).await.expect("a queued trial");
    let trial = study.ask().await.expect("the queued trial");
    assert_eq!(trial.config().trees, trees);
    trial.tell(accuracy).await.expect("a result");
}

struct Service {
    process: Child,
    address: String,
}

impl Service {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_serve"))
            .args(["127.0.0.1:0", "1"])
            .current_dir(folder)
            .env("OPTUNA_STORAGE", "sqlite:///studies.db")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the service");
        let output = process.stdout.as_mut().expect("a pipe");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on ");
        let address = address.expect("where it listens").to_owned();
        Self { process, address }
    }

    /// Status and body of the answer.
    fn request(&self, method: &str, path: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
        let status = head.split(' ').nth(1).expect("a status");
        (status.to_owned(), body.to_owned())
    }

    fn health(&self) -> Value {
        let (status, body) = self.request("GET", "/health", "");
        assert_eq!(status, "200");
        serde_json::from_str(&body).expect("JSON")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn it_predicts_says_how_it_is_and_stops() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = OptunaDatabase::sqlite(folder.path().join("studies.db")).await;
    let db = db.expect("a database");
    let study = db.study::<Forest>("forest").await.expect("a study");
    tell(&study, 5, 0.5).await;
    tell(&study, 12, 0.9).await;
    let mut service = Service::start(folder.path());

    let health = service.health();
    assert_eq!(health["status"], "ok", "{health}");
    assert_eq!(
        (&health["trial"], &health["value"]),
        (&1.into(), &0.9.into())
    );
    assert_eq!(health["source"], "database");

    let (x, y) = data();
    let samples: Vec<Vec<f64>> = (0..40)
        .map(|row| (0..30).map(|column| *x.get((row, column))).collect())
        .collect();
    let samples = serde_json::to_string(&samples).expect("JSON");
    let (status, body) = service.request("POST", "/predict", &samples);
    assert_eq!(status, "200", "{body}");
    let classes: Vec<u32> = serde_json::from_str(&body).expect("classes");
    let right = classes.iter().zip(&y).filter(|(a, b)| a == b).count();
    assert_eq!(classes.len(), 40);
    assert!(right >= 36, "{right} of 40: {classes:?}");
    let (status, _) = service.request("POST", "/predict", "[[1.0, 2.0]]");
    assert_eq!(status, "422");

    let pid = service.process.id().to_string();
    let killed = Command::new("kill").args(["-TERM", &pid]).status();
    assert!(killed.expect("a signal").success());
    let ended = service.process.wait().expect("an end");
    assert!(ended.success(), "{ended}");
}

/// The first start comes before the first study, and the study comes while it runs.
#[tokio::test]
async fn it_takes_over_better_settings_while_it_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = OptunaDatabase::sqlite(folder.path().join("studies.db")).await;
    let db = db.expect("a database");
    let service = Service::start(folder.path());
    assert_eq!(service.health()["source"], "defaults");
    let study = db.study::<Forest>("forest").await.expect("a study");
    tell(&study, 7, 0.5).await;
    let taken = async {
        while service.health()["source"] != "database" {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let taken = tokio::time::timeout(Duration::from_secs(120), taken).await;
    taken.expect("a service that looks every few seconds");
    let health = service.health();
    let settings = health["settings"].as_str().expect("a text");
    assert!(settings.contains("trees: 7"), "{health}");
}
