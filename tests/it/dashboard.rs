//! optuna-dashboard on our database.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::backend::Backend;
use crate::space::Train;
use crate::support::free_port;

async fn get(port: u16, path: &str) -> Option<Json> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    assert!(head.contains(" 200 "), "{path}: {answer}");
    Some(serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error}: {body}")))
}

#[tokio::test]
async fn the_dashboard_lists_our_study() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Train>("sentiment").await.unwrap();
        study
            .optimize(|config, _| async move { Ok(config.lr) })
            .trials(4)
            .run()
            .await
            .unwrap();
        let port = free_port();
        // The URL holds a password, so it travels in the environment.
        let program = format!(
            "import os, optuna_dashboard\noptuna_dashboard.run_server(os.environ['URL'], host='127.0.0.1', port={port})"
        );
        let python = std::env::var("DOCKTUNA_TEST_PYTHON_5").expect("run tests/run");
        let mut server = tokio::process::Command::new(python)
            .args(["-c", &program])
            .env("URL", backend.url())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let answer = async {
            loop {
                if let Some(answer) = get(port, "/api/studies").await {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let listed = tokio::time::timeout(Duration::from_secs(90), answer)
            .await
            .unwrap();
        let summary = &listed["study_summaries"][0];
        assert_eq!(summary["study_name"], "sentiment", "{listed}");
        let id = summary["study_id"].as_i64().unwrap();
        let detail = get(port, &format!("/api/studies/{id}?after=0"))
            .await
            .unwrap();
        assert_eq!(detail["trials"].as_array().unwrap().len(), 4, "{detail}");
        server.kill().await.unwrap();
    }
}
