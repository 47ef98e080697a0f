//! Many at once: numbers without gaps and doubles, tables created once, the queue served once.

use std::collections::BTreeMap;

use docktuna::{OptunaDatabase, TrialState};

use crate::backend::Backend;
use crate::space::{Line, Ten};
use crate::support::{TestDb, Version, python};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn numbers_are_dense_and_every_result_is_the_one_told() {
    for backend in Backend::shared().await {
        let mut workers = tokio::task::JoinSet::new();
        for worker in 0..8_i32 {
            // As in a process of its own: no connection is shared.
            let db = backend.again().await;
            workers.spawn(async move {
                let study = db.study::<Ten>("s").await.unwrap();
                let mut told = Vec::new();
                for n in 0..25_i32 {
                    let trial = study.ask().await.unwrap();
                    let value = f64::from(worker * 1000 + n);
                    told.push((trial.number().get(), value));
                    trial.tell(value).await.unwrap();
                }
                told
            });
        }
        let told: BTreeMap<i32, f64> = workers.join_all().await.into_iter().flatten().collect();
        assert_eq!(told.len(), 200, "no number twice");
        let trials = backend
            .db
            .dynamic_study("s")
            .await
            .unwrap()
            .trials()
            .await
            .unwrap();
        let stored: BTreeMap<i32, f64> = trials
            .iter()
            .map(|trial| (trial.number.get(), trial.value().unwrap()))
            .collect();
        assert_eq!(stored, told);
        assert!(
            trials.is_sorted_by_key(|trial| trial.id),
            "ids follow the numbers"
        );
        assert_eq!(
            stored.keys().copied().collect::<Vec<_>>(),
            (0..200).collect::<Vec<_>>()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_total_is_never_exceeded() {
    for backend in Backend::shared().await {
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let db = backend.again().await;
            workers.spawn(async move {
                let study = db.study::<Line>("s").await.unwrap();
                let run = study.optimize(|config, _| async move { Ok(config.x) });
                run.max_total(50)
                    .concurrency(2)
                    .run()
                    .await
                    .unwrap()
                    .complete
            });
        }
        let complete: usize = workers.join_all().await.into_iter().sum();
        assert_eq!(complete, 50);
        let study = backend.db.dynamic_study("s").await.unwrap();
        assert_eq!(study.trial_counts().await.unwrap().total(), 50);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_queue_is_served_once() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        for n in 0..40_i32 {
            study
                .enqueue(Line {
                    x: f64::from(n) / 64.0,
                })
                .await
                .unwrap();
        }
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let db = backend.again().await;
            workers.spawn(async move {
                let study = db.study::<Line>("s").await.unwrap();
                let mut claimed = Vec::new();
                for _ in 0..5 {
                    let trial = study.ask().await.unwrap();
                    claimed.push((trial.number().get(), trial.config().x));
                    trial.tell(0.0).await.unwrap();
                }
                claimed
            });
        }
        let mut claimed: Vec<(i32, f64)> = workers.join_all().await.into_iter().flatten().collect();
        claimed.sort_by_key(|(number, _)| *number);
        let expected: Vec<(i32, f64)> = (0..40).map(|n| (n, f64::from(n) / 64.0)).collect();
        assert_eq!(claimed, expected);
        assert_eq!(
            study.trial_counts().await.unwrap().of(TrialState::Complete),
            40
        );
    }
}

/// Sixteen workers with connections of their own start at once on an empty database; all succeed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_tables_are_created_once() {
    for round in 0..3 {
        for backend in Backend::shared().await {
            let mut starts = tokio::task::JoinSet::new();
            for worker in 0..16 {
                let url = backend.url().to_owned();
                starts.spawn(async move {
                    let db = OptunaDatabase::connect(&url.replace("+psycopg2", ""))
                        .await
                        .unwrap();
                    let study = db.study::<Line>("s").await.unwrap();
                    study
                        .ask()
                        .await
                        .unwrap()
                        .tell(f64::from(worker))
                        .await
                        .unwrap();
                });
            }
            starts.join_all().await;
            let study = backend.db.dynamic_study("s").await.unwrap();
            assert_eq!(
                study.trial_counts().await.unwrap().total(),
                16,
                "round {round}"
            );
            assert_eq!(backend.db.study_count().await.unwrap(), 1);
        }
    }
}

/// Rust and both Optunas on one study at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rust_and_python_share_a_study() {
    const SPACE: &str = r#"{"x": {"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}}"#;
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let args = ["--study", "s", "--trials", "20", "--space", SPACE];
        let rust = async {
            let run = study.optimize(|config, _| async move { Ok(config.x) });
            run.trials(60).concurrency(3).run().await.unwrap()
        };
        let url = backend.url();
        let (five, four, rust) = tokio::join!(
            python(Version::V5, "optimize.py", &args, url),
            python(Version::V4, "optimize.py", &args, url),
            rust
        );
        assert_eq!(rust.complete, 60);
        let trials = study.trials().await.unwrap();
        let numbers: Vec<i32> = trials.iter().map(|trial| trial.number.get()).collect();
        assert_eq!(numbers, (0..100).collect::<Vec<_>>(), "{five} {four}");
        for trial in &trials {
            assert_eq!(trial.state, TrialState::Complete);
            assert_eq!(trial.value(), Some(trial.params.get("x").unwrap().stored()));
        }
    }
}

/// The queue is served by Rust and Python together, each trial once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rust_and_python_serve_one_queue() {
    const SPACE: &str = r#"{"x": {"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}}"#;
    let backend = Backend::postgres().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    for n in 0..40_i32 {
        study
            .enqueue(Line {
                x: f64::from(n) / 64.0,
            })
            .await
            .unwrap();
    }
    let args = ["--study", "s", "--trials", "10", "--space", SPACE];
    let rust = async {
        let run = study.optimize(|config, _| async move {
            // As long as Python's trials, so that both get their share.
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
            Ok(config.x)
        });
        run.trials(20).concurrency(2).run().await.unwrap()
    };
    let url = backend.url();
    tokio::join!(
        python(Version::V5, "optimize.py", &args, url),
        python(Version::V4, "optimize.py", &args, url),
        rust
    );
    let trials = study.trials().await.unwrap();
    assert_eq!(
        trials.len(),
        40,
        "nobody made a new trial while the queue had one"
    );
    for (n, trial) in (0..).zip(&trials) {
        assert_eq!(trial.state, TrialState::Complete);
        assert_eq!(trial.value(), Some(f64::from(n) / 64.0));
    }
}

/// Optuna takes the study's row FOR UPDATE; both locks exclude each other, and a foreign-key check
/// of an attribute does not wait for ours.
#[tokio::test]
async fn the_row_lock_is_the_one_that_optuna_takes() {
    let postgres = TestDb::create().await;
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    let study = db.study::<Line>("s").await.unwrap();
    let mut other = postgres.connect().await;
    sqlx::raw_sql("BEGIN; SELECT * FROM studies FOR UPDATE")
        .execute(&mut other)
        .await
        .unwrap();
    let sequence = "SELECT last_value, is_called FROM trials_trial_id_seq";
    let mut watcher = postgres.connect().await;
    let before: (i64, bool) = sqlx::query_as(sequence)
        .fetch_one(&mut watcher)
        .await
        .unwrap();
    let ask = study.ask();
    tokio::pin!(ask);
    let short = std::time::Duration::from_millis(300);
    assert!(
        tokio::time::timeout(short, &mut ask).await.is_err(),
        "it has to wait"
    );
    // A smaller id that becomes visible later would stay invisible to Python's caches for ever.
    let waiting: (i64, bool) = sqlx::query_as(sequence)
        .fetch_one(&mut watcher)
        .await
        .unwrap();
    assert_eq!(before, waiting, "no id is taken before the lock");
    sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
    ask.await.unwrap().tell(1.0).await.unwrap();
}
