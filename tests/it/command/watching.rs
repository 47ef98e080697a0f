//! `watch`: a line for each change, until somebody ends it.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Child;

use super::command;
use crate::backend::Backend;
use crate::space::Line;

/// Ctrl-C.
pub(super) fn interrupt(child: &Child) {
    let id = i32::try_from(child.id().unwrap()).unwrap();
    let id = rustix::process::Pid::from_raw(id).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
}

#[tokio::test]
async fn each_change_is_a_line_until_ctrl_c() {
    for backend in Backend::shared().await {
        let url = backend.url().replace("+psycopg2", "");
        let study = backend.db.study::<Line>("s").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut watch = command(folder.path(), &["watch", "s", "--format", "json"]);
        watch
            .env("OPTUNA_STORAGE", &url)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut watch = watch.spawn().unwrap();
        let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
        let mut next = async || -> serde_json::Value {
            let line = lines.next_line().await.unwrap().unwrap();
            serde_json::from_str(&line).unwrap()
        };
        let first = next().await;
        assert_eq!(first["trials"]["total"], 0);
        assert_eq!(first["best_value"], serde_json::Value::Null);
        let trial = study.ask().await.unwrap();
        let second = next().await;
        assert_eq!(second["trials"]["running"], 1);
        trial.tell(0.5).await.unwrap();
        let third = next().await;
        assert_eq!(third["trials"]["complete"], 1);
        assert_eq!(third["best_value"], 0.5);
        interrupt(&watch);
        let mut stderr = String::new();
        watch
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut stderr)
            .await
            .unwrap();
        assert_eq!(watch.wait().await.unwrap().code(), Some(0), "{stderr}");
        assert_eq!(stderr, "");
    }
}

#[tokio::test]
async fn a_study_that_is_deleted_is_watched_no_more() {
    let backend = Backend::sqlite().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    study.ask().await.unwrap().tell(0.25).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut watch = command(folder.path(), &["watch", "s"]);
    watch
        .env("OPTUNA_STORAGE", backend.url())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut watch = watch.spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().unwrap();
    assert!(
        first.ends_with("  1 trial  1 complete  best 0.25"),
        "{first}"
    );
    backend
        .db
        .dynamic_study("s")
        .await
        .unwrap()
        .delete()
        .await
        .unwrap();
    let mut stderr = String::new();
    watch
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .await
        .unwrap();
    assert!(stderr.contains("study \"s\" was deleted"), "{stderr}");
    assert_eq!(watch.wait().await.unwrap().code(), Some(1));
}
