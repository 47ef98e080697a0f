//! Many processes on one SQLite file.

use std::time::{Duration, Instant};

use docktuna::{Error, OptunaDatabase, Pool, TrialState};
use serde_json::json;
use tokio::task::JoinSet;

use crate::backend::Backend;
use crate::space::Line;
use crate::support::{Version, Worker, python};

const SPACE: &str = r#"{"x": {"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}}"#;

async fn journal_mode(db: &OptunaDatabase) -> String {
    let Some(Pool::Sqlite(pool)) = db.pool().await else {
        panic!("SQLite")
    };
    let mode = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(pool);
    mode.await.unwrap()
}

/// A file that Python has made, in the journal mode that it gives its files.
async fn of_python() -> Backend {
    let backend = Backend::sqlite().await;
    let args = [
        "--study", "s", "--trials", "1", "--space", SPACE, "--create",
    ];
    python(Version::V5, "optimize.py", &args, backend.url()).await;
    assert_eq!(journal_mode(&backend.db).await, "delete");
    backend
}

async fn of_ours() -> Backend {
    let backend = Backend::sqlite().await;
    backend.db.study::<Line>("s").await.unwrap();
    assert_eq!(journal_mode(&backend.db).await, "wal");
    backend
}

/// Longer than the five seconds after which Python gives up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_holds_the_lock_is_waited_for() {
    for backend in [of_ours().await, of_python().await] {
        let mut running = Vec::new();
        for _ in 0..3 {
            // As in a process of its own.
            let study = backend.again().await.study::<Line>("s").await.unwrap();
            running.push((study.clone(), study.ask().await.unwrap()));
        }
        let mut python = Worker::start(Version::V5, "hold.py", backend.url());
        assert_eq!(python.ask(json!({"lock": 7.0})).await, json!("locked"));
        let began = Instant::now();
        let mut waiting = JoinSet::new();
        for (what, (study, trial)) in (0..3).zip(running) {
            waiting.spawn(async move {
                match what {
                    0 => study.ask().await.unwrap().tell(0.5).await.unwrap(),
                    1 => trial.report(0, 0.5).await.unwrap(),
                    _ => trial.tell(0.5).await.unwrap(),
                }
            });
        }
        waiting.join_all().await;
        assert!(began.elapsed() > Duration::from_secs(6));
        let stored = backend
            .db
            .dynamic_study("s")
            .await
            .unwrap()
            .trials()
            .await
            .unwrap();
        let complete = stored
            .iter()
            .filter(|trial| trial.state == TrialState::Complete);
        assert_eq!(
            complete.count(),
            2 + usize::from(journal_mode(&backend.db).await == "delete")
        );
        let reports = stored.iter().map(|trial| trial.intermediate_values.len());
        assert_eq!(reports.sum::<usize>(), 1);
    }
}

/// Python's claims are a race, between themselves and with ours; in a file that we have made nobody loses it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rust_and_python_drain_one_queue_and_nothing_runs_twice() {
    const QUEUE: i64 = 90;
    let backend = of_ours().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    for _ in 0..QUEUE {
        study.enqueue(Line { x: 0.5 }).await.unwrap();
    }
    let args = ["--study", "s", "--space", SPACE, "--sleep", "0.02"];
    let url = backend.url();
    let mut rust = JoinSet::new();
    for _ in 0..2 {
        let study = backend.again().await.study::<Line>("s").await.unwrap();
        rust.spawn(async move {
            let mut told = Vec::new();
            while study.trial_counts().await.unwrap().of(TrialState::Waiting) > 0 {
                let trial = study.ask().await.unwrap();
                let number = i64::from(trial.number().get());
                // As slow as Python, so that everybody gets a share.
                tokio::time::sleep(Duration::from_millis(150)).await;
                trial.tell(0.25).await.unwrap();
                told.push(number);
            }
            told
        });
    }
    let (five, other, four, rust) = tokio::join!(
        python(Version::V5, "drain.py", &args, url),
        python(Version::V5, "drain.py", &args, url),
        python(Version::V4, "drain.py", &args, url),
        rust.join_all()
    );
    let by_rust: Vec<i64> = rust.into_iter().flatten().collect();
    let by_python = [five, other, four];
    let by_python = by_python
        .iter()
        .flat_map(|run| run["numbers"].as_array().unwrap());
    let mut ran: Vec<i64> = by_python.map(|number| number.as_i64().unwrap()).collect();
    assert!(!by_rust.is_empty() && !ran.is_empty(), "each had its share");
    ran.extend(&by_rust);
    ran.sort_unstable();
    // Whoever saw the queue just before it was empty has made a trial of its own.
    assert!(ran.len() >= 90 && ran.len() <= 95);
    assert!(
        ran.iter().copied().eq(0..i64::try_from(ran.len()).unwrap()),
        "{ran:?}"
    );
    for trial in study.trials().await.unwrap() {
        assert_eq!(trial.state, TrialState::Complete, "{trial:?}");
        let ours = by_rust.contains(&i64::from(trial.number.get()));
        assert_eq!(trial.value() == Some(0.25), ours, "{trial:?}");
    }
}

/// In a file that Python has made, its claim may overwrite ours. Then the trial is Python's.
#[tokio::test]
async fn a_trial_that_python_claims_as_well_is_left_to_it() {
    let backend = of_python().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    study.enqueue(Line { x: 0.5 }).await.unwrap();
    let trial = study.ask().await.unwrap();
    // What Optuna sends, having seen the trial wait.
    let claim = "UPDATE trials SET state = 'RUNNING', datetime_start = '2026-01-01 00:00:00.000000' WHERE number = 1";
    backend.execute(claim).await;
    for error in [trial.report(0, 0.5).await, trial.tell(0.5).await] {
        let error = error.unwrap_err();
        let running = TrialState::Running;
        assert!(
            matches!(error, Error::TrialClosed { state, .. } if state == running),
            "{error:?}"
        );
        let text = error.to_string();
        assert!(
            text.contains("trial 1 was claimed by another worker as well"),
            "{text}"
        );
    }
    backend.db.close().await;
    let trials = study.trials().await.unwrap();
    assert_eq!((trials.len(), trials[1].state), (2, TrialState::Running));
    // In one of ours the file itself refuses that, and Optuna takes the next one.
    let backend = of_ours().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    study.ask().await.unwrap().tell(0.5).await.unwrap();
    let Some(Pool::Sqlite(pool)) = backend.db.pool().await else {
        panic!("SQLite")
    };
    let refused = sqlx::query("UPDATE trials SET state = 'RUNNING'")
        .execute(pool)
        .await;
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("the trial was claimed before")
    );
}

/// A file system without memory to share: the file cannot be in WAL mode, and works.
#[tokio::test]
async fn without_shared_memory_a_file_works_in_the_other_mode() {
    let folder = tempfile::tempdir().unwrap();
    // Where SQLite would share memory, nothing can be opened.
    std::fs::create_dir(folder.path().join("studies.db-shm")).unwrap();
    let file = folder.path().join("studies.db");
    let db = OptunaDatabase::sqlite(&file).await.unwrap();
    let study = db.study::<Line>("s").await.unwrap();
    study.ask().await.unwrap().tell(0.5).await.unwrap();
    assert_eq!(journal_mode(&db).await, "delete");
    assert_eq!(study.best().await.unwrap().value, 0.5);
}

/// Sixteen that start at once leave a file in WAL mode, whoever of them made it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fleet_that_starts_on_no_file_gets_one_in_wal_mode() {
    for _ in 0..5 {
        let backend = Backend::sqlite().await;
        let mut starts = JoinSet::new();
        for _ in 0..16 {
            let db = backend.again().await;
            starts.spawn(async move {
                let study = db.study::<Line>("s").await.unwrap();
                study.ask().await.unwrap().tell(0.5).await.unwrap();
            });
        }
        starts.join_all().await;
        assert_eq!(journal_mode(&backend.db).await, "wal");
        let study = backend.db.dynamic_study("s").await.unwrap();
        assert_eq!(study.trial_counts().await.unwrap().total(), 16);
    }
}
