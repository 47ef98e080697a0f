//! Commands that change something: delete, rename, enqueue, fail-stale.

use docktuna::{Error, OptunaDatabase, Pool, TrialState, Value};

use super::{Ran, answering, docktuna};
use crate::backend::{Backend, Kind};
use crate::space::{Line, Train};

/// The tables of the database and how many rows each has.
async fn rows(backend: &Backend) -> Vec<(String, i64)> {
    const POSTGRES: &str = "SELECT table_name::text FROM information_schema.tables \
                            WHERE table_schema = current_schema() ORDER BY 1";
    const SQLITE: &str = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1";
    let count = |table: &str| sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    let mut rows = Vec::new();
    if let Some(postgres) = &backend.postgres {
        let mut connection = postgres.connect().await;
        let tables: sqlx::Result<Vec<String>> = sqlx::query_scalar(POSTGRES)
            .fetch_all(&mut connection)
            .await;
        for table in tables.unwrap() {
            let count = sqlx::query_scalar(count(&table))
                .fetch_one(&mut connection)
                .await;
            rows.push((table, count.unwrap()));
        }
    } else {
        let Some(Pool::Sqlite(pool)) = backend.db.pool().await else {
            panic!("another database");
        };
        let tables: Vec<String> = sqlx::query_scalar(SQLITE).fetch_all(pool).await.unwrap();
        for table in tables {
            let count = sqlx::query_scalar(count(&table)).fetch_one(pool).await;
            rows.push((table, count.unwrap()));
        }
    }
    rows
}

/// A study with rows in every table.
async fn furnish(db: &OptunaDatabase, name: &str) {
    let study = db
        .study_builder::<Train>(name)
        .minimize("loss")
        .open()
        .await
        .unwrap();
    study.set_user_attr("note", "n").await.unwrap();
    let trial = study.ask().await.unwrap();
    trial.set_user_attr("note", "n").await.unwrap();
    trial.report(0, 0.5).await.unwrap();
    trial.tell(1.0).await.unwrap();
    // One that waits has system attributes.
    let values = [("lr", 0.01)];
    study.enqueue_partial(values).await.unwrap();
}

/// Databases that another process sees.
async fn backends() -> [Backend; 3] {
    Backend::shared().await
}

fn url(backend: &Backend) -> String {
    backend.url().replace("+psycopg2", "")
}

#[tokio::test]
async fn a_deleted_study_leaves_no_row_behind() {
    for backend in backends().await {
        let (db, url) = (&backend.db, url(&backend));
        furnish(db, "kept").await;
        let before = rows(&backend).await;
        furnish(db, "gone").await;
        let between = rows(&backend).await;
        let grown = before.iter().zip(&between).filter(|(a, b)| a.1 < b.1);
        let grown: Vec<&str> = grown.map(|(a, _)| a.0.as_str()).collect();
        // All tables but those of the schema's revision; heartbeats are those of PostgreSQL and files.
        assert_eq!(grown.len(), 11, "{:?}: {grown:?}", backend.kind);

        let asked = answering(&url, &["delete", "gone"], "n\n").await.failed(1);
        assert!(
            asked.contains("study \"gone\" with all that belongs to its trials (1 COMPLETE, 1 WAITING) is deleted from"),
            "{asked}"
        );
        assert!(asked.contains("nothing was deleted"), "{asked}");
        let unanswered = docktuna(&url, &["delete", "gone"]).await.failed(1);
        assert!(
            unanswered.contains("--yes answers beforehand"),
            "{unanswered}"
        );
        assert_eq!(rows(&backend).await, between, "{:?}", backend.kind);

        answering(&url, &["delete", "gone"], "y\n")
            .await
            .succeeded();
        assert_eq!(rows(&backend).await, before, "{:?}", backend.kind);
        let gone = docktuna(&url, &["delete", "gone", "--yes"]).await.failed(1);
        assert!(gone.contains("no study is called \"gone\""), "{gone}");
        docktuna(&url, &["delete", "kept", "--yes"])
            .await
            .succeeded();
        let left = rows(&backend).await;
        let filled: Vec<_> = left.iter().filter(|(_, rows)| *rows > 0).collect();
        assert_eq!(filled.len(), 2, "{filled:?}");
    }
}

#[tokio::test]
async fn a_worker_hears_that_its_study_was_deleted() {
    for backend in backends().await {
        let url = url(&backend);
        let study = backend.db.study::<Line>("s").await.unwrap();
        let running = study.ask().await.unwrap();
        let told = docktuna(&url, &["delete", "s", "--yes"]).await;
        assert!(
            told.stderr.contains("warning: workers run 1 trial of it"),
            "{}",
            told.stderr
        );
        let error = running.tell(1.0).await.unwrap_err();
        assert!(
            matches!(error, Error::StudyDeleted { .. }),
            "{:?}: {error:?}",
            backend.kind
        );
        let error = study.ask().await.unwrap_err();
        assert!(matches!(error, Error::StudyDeleted { .. }), "{error:?}");
        assert_eq!(backend.db.study_count().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_study_is_deleted_under_many_workers() {
    for backend in backends().await {
        let url = url(&backend);
        let study = backend.db.study::<Line>("s").await.unwrap();
        let workers = (0..4).map(|_| {
            let study = study.clone();
            tokio::spawn(async move {
                loop {
                    let ended = async { study.ask().await?.tell(1.0).await };
                    if let Err(error) = ended.await {
                        return error;
                    }
                }
            })
        });
        let workers: Vec<_> = workers.collect();
        while study.trial_counts().await.unwrap().of(TrialState::Complete) < 8 {
            tokio::task::yield_now().await;
        }
        docktuna(&url, &["delete", "s", "--yes"]).await.succeeded();
        for worker in workers {
            let error = worker.await.unwrap();
            assert!(
                matches!(error, Error::StudyDeleted { .. }),
                "{:?}: {error:?}",
                backend.kind
            );
        }
        let left = rows(&backend).await;
        let filled: Vec<_> = left.iter().filter(|(_, rows)| *rows > 0).collect();
        assert_eq!(filled.len(), 2, "{:?}: {filled:?}", backend.kind);
    }
}

#[tokio::test]
async fn a_study_gets_another_name() {
    for backend in backends().await {
        let (db, url) = (&backend.db, url(&backend));
        furnish(db, "old").await;
        furnish(db, "other").await;
        let before = rows(&backend).await;
        let renamed = docktuna(&url, &["rename", "old", "new ✨"]).await;
        assert!(
            renamed
                .stderr
                .contains("study \"old\" (1 COMPLETE, 1 WAITING) gets the name \"new ✨\""),
            "{}",
            renamed.stderr
        );
        assert_eq!(renamed.succeeded(), "");
        assert_eq!(rows(&backend).await, before);
        assert!(!db.contains_study("old").await.unwrap());
        let study = db.dynamic_study("new ✨").await.unwrap();
        assert_eq!(study.trials().await.unwrap().len(), 2);

        let taken = docktuna(&url, &["rename", "new ✨", "other"])
            .await
            .failed(1);
        assert!(
            taken.contains("a study is called \"other\" already; help: give another name"),
            "{taken}"
        );
        let long = "x".repeat(513);
        let long = docktuna(&url, &["rename", "other", &long]).await.failed(1);
        assert!(long.contains("more than 512 characters"), "{long}");
        let unknown = docktuna(&url, &["rename", "othr", "x"]).await.failed(1);
        assert!(unknown.contains("did you mean \"other\"?"), "{unknown}");

        // Who works on it is warned of; a file's trials are numbered by the study's name.
        let running = db.study::<Line>("line").await.unwrap();
        let trial = running.ask().await.unwrap();
        let asked = answering(&url, &["rename", "line", "x"], "\n")
            .await
            .failed(1);
        assert!(
            asked.contains("warning: workers run 1 trial of it"),
            "{asked}"
        );
        assert!(asked.contains("nothing was renamed"), "{asked}");
        docktuna(&url, &["rename", "line", "x", "--yes"])
            .await
            .succeeded();
        let next = running.ask().await;
        if backend.kind == Kind::SqliteFile {
            assert!(matches!(next, Err(Error::StudyDeleted { .. })), "{next:?}");
        } else {
            next.unwrap().tell(1.0).await.unwrap();
            let trials = db.dynamic_study("x").await.unwrap().trials().await.unwrap();
            assert_eq!(trials.len(), 2, "{:?}", backend.kind);
        }
        drop(trial);
    }
}

fn number(ran: Ran) -> usize {
    ran.succeeded().trim().parse().unwrap()
}

#[tokio::test]
async fn an_enqueued_trial_is_what_the_worker_gets() {
    for backend in backends().await {
        let (db, url) = (&backend.db, url(&backend));
        // Before any trial the space that was recorded tells what there is.
        let study = db.study::<Train>("s").await.unwrap();
        let first = ["enqueue", "s", "lr=1e-3", "schedule=linear", "layers=3"];
        assert_eq!(number(docktuna(&url, &first).await), 0);
        let trial = study.ask().await.unwrap();
        assert_eq!(trial.config().lr, 1e-3);
        trial.tell(1.0).await.unwrap();
        let stored = db.dynamic_study("s").await.unwrap().trial(0).await.unwrap();
        let params = stored.unwrap().params;
        assert_eq!(params.get("layers").unwrap().value(), Value::Int(3));
        assert_eq!(
            params.get("schedule").unwrap().value(),
            Value::from("linear")
        );

        let json = ["enqueue", "s", "lr=0.01", "--format", "json"];
        let json: serde_json::Value =
            serde_json::from_str(&docktuna(&url, &json).await.succeeded()).unwrap();
        assert_eq!(json, serde_json::json!({"number": 1}));
        for (assignment, code, complaint) in [
            ("lr=7", 1, "`lr`: 7.0 is not in"),
            ("lr=fast", 1, "`lr`: \"fast\" is not in"),
            ("layers=1.5", 1, "`layers`: \"1.5\" is not in"),
            ("schedule=step", 1, "`schedule`: \"step\" is not in"),
            (
                "lrr=0.1",
                1,
                "`lrr` is not a parameter of `s`; help: did you mean \"lr\"",
            ),
            ("lr", 2, "it has to be name=value"),
            ("=1", 2, "it has to be name=value"),
        ] {
            let stderr = docktuna(&url, &["enqueue", "s", assignment])
                .await
                .failed(code);
            assert!(stderr.contains(complaint), "{assignment}: {stderr}");
        }
        let twice = docktuna(&url, &["enqueue", "s", "lr=0.1", "lr=0.2"])
            .await
            .failed(2);
        assert!(twice.contains("`lr` is given twice"), "{twice}");
        docktuna(&url, &["enqueue", "s"]).await.failed(2);
        assert_eq!(study.trials().await.unwrap().len(), 2);
    }
}

/// A study of Python's has no recorded space; its trials tell what there is.
#[tokio::test]
async fn a_trial_is_enqueued_in_a_study_of_pythons() {
    let (_folder, url) = super::fixture("optuna-5.0.0.sqlite");
    let args = ["enqueue", "single-min", "f=0.5", "c=2.5", "c_special=nan"];
    docktuna(&url, &args).await.failed(1);
    let args = [
        "enqueue",
        "single-min",
        "f=0.5",
        "c=2.5",
        "c_special=NaN",
        "i_step=4",
    ];
    assert_eq!(number(docktuna(&url, &args).await), 15);
    let json = docktuna(
        &url,
        &[
            "trials",
            "single-min",
            "--state",
            "waiting",
            "--format",
            "json",
        ],
    );
    let json: serde_json::Value = serde_json::from_str(&json.await.succeeded()).unwrap();
    assert_eq!(json.as_array().unwrap().last().unwrap()["number"], 15);
    let refused = docktuna(&url, &["enqueue", "single-min", "i_step=5"])
        .await
        .failed(1);
    assert!(
        refused.contains("`i_step`: 5 is not in 0..=8 step 4"),
        "{refused}"
    );
}

#[tokio::test]
async fn stale_trials_are_failed_on_demand() {
    for backend in backends().await {
        let (db, url) = (&backend.db, url(&backend));
        let study = db.study::<Line>("s").await.unwrap();
        let trial = study.ask().await.unwrap();
        assert_eq!(number(docktuna(&url, &["fail-stale", "s"]).await), 0);
        let silence = match backend.kind {
            Kind::SqliteFile => "datetime(heartbeat, '-1 hour')",
            _ => "heartbeat - interval '1 hour'",
        };
        backend
            .execute(format!("UPDATE trial_heartbeats SET heartbeat = {silence}"))
            .await;
        if backend.kind != Kind::SqliteFile {
            // Nobody is stale before the server has been up for that long.
            let ran = docktuna(&url, &["fail-stale", "s", "--grace", "1"]).await;
            assert!(
                ran.stderr
                    .contains("marked FAIL: 1 trial; still RUNNING: no trial"),
                "{}",
                ran.stderr
            );
            assert_eq!(number(ran), 1);
        } else {
            assert_eq!(number(docktuna(&url, &["fail-stale", "s"]).await), 1);
        }
        let counts = study.trial_counts().await.unwrap();
        assert_eq!(counts.of(TrialState::Fail), 1, "{:?}", backend.kind);
        let error = trial.tell(1.0).await.unwrap_err();
        assert!(matches!(error, Error::TrialClosed { .. }), "{error:?}");
    }
}
