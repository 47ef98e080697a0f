//! Every call brings the next one nearer to its end, and connections stay in order.

use std::collections::BTreeSet;
use std::time::Duration;

use docktuna::{Error, Load, OptunaDatabase, TrialState};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{Moments, backends, handle, polled, rounds_on};
use crate::backend::Backend;
use crate::space::Line;

/// Every call is given up at its first wait, so that each is as little as a call can be.
#[tokio::test]
async fn f13_asks_make_progress_however_early_they_are_given_up() {
    for backend in Backend::shared().await {
        // A handle that has done nothing yet: no connection, no function of its session.
        let url = backend.url().replace("+psycopg2", "");
        backend.db.study::<Line>("s").await.unwrap();
        let db = OptunaDatabase::builder().url(url).connect().await.unwrap();
        let study = db.study::<Line>("s").await.unwrap();
        db.close().await;
        let mut told = 0;
        while told < 20 {
            match polled(1, study.ask()).await {
                Some(trial) => {
                    trial.unwrap().tell(1.0).await.unwrap();
                    told += 1;
                }
                None => sleep(Duration::from_micros(200)).await,
            }
        }
        db.close().await;
        let counts = study.trial_counts().await.unwrap();
        assert_eq!(counts.of(TrialState::Complete), 20);
        assert_eq!(counts.total(), 20, "{:?}", backend.kind);
    }
}

/// The calls of a whole life, each given up after 5 ms, come to their ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f13_every_call_makes_progress_if_all_are_given_up_after_5_ms() {
    /// Calls until one is answered in time.
    async fn insist<O>(mut call: impl AsyncFnMut() -> O) -> O {
        let mut calls = 0;
        loop {
            calls += 1;
            if let Ok(answer) = timeout(Duration::from_millis(5), call()).await {
                return answer;
            }
            assert!(calls < 5000, "no progress");
        }
    }
    for backend in Backend::shared().await {
        let db = backend.again().await;
        for name in ["a", "b"] {
            let study = insist(async || db.study::<Line>(name).await).await.unwrap();
            insist(async || study.enqueue_default().await)
                .await
                .unwrap();
            for n in 0..20 {
                let trial = insist(async || study.ask().await).await.unwrap();
                let step = insist(async || trial.report(n, 0.5).await).await;
                assert!(
                    matches!(step, Ok(()) | Err(Error::StepReported { .. })),
                    "{step:?}"
                );
                // In time or in the background.
                let _ = timeout(Duration::from_millis(5), trial.tell(0.5)).await;
            }
            let best = insist(async || Line::load_best(&db, name).await).await;
            assert!(best.is_ok());
        }
        db.close().await;
        for name in ["a", "b"] {
            let study = db.study::<Line>(name).await.unwrap();
            let counts = study.trial_counts().await.unwrap();
            assert_eq!(counts.of(TrialState::Complete), 20, "{:?}", backend.kind);
            assert_eq!(counts.of(TrialState::Running), 0);
        }
    }
}

/// Callers that give up open no more connections than are allowed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f13_connections_stay_within_their_limit() {
    let backend = Backend::postgres().await;
    let postgres = backend.postgres.as_ref().unwrap();
    let url = backend.url().replace("+psycopg2", "");
    let builder = OptunaDatabase::builder().url(url).max_connections(3);
    // Without the connections of heartbeats.
    let db = builder
        .heartbeat_interval(Duration::ZERO)
        .connect()
        .await
        .unwrap();
    let study = db.study::<Line>("s").await.unwrap();
    let mut observer = postgres.connect_superuser().await;
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND usename = '{}'",
        postgres.database, postgres.user
    );
    backend.db.close().await;
    let (mut moments, mut tasks) = (Moments::new(), JoinSet::new());
    for _ in 0..12 {
        let (db, study, mut moments) = (db.clone(), study.clone(), moments.split());
        tasks.spawn(async move {
            for _ in 0..40 {
                if let Some(trial) = moments.cut(study.ask()).await {
                    trial.unwrap().tell(1.0).await.unwrap();
                }
                moments.cut(db.study_count()).await;
                moments.cut(study.trials()).await;
            }
        });
    }
    let mut most = 0;
    while !tasks.is_empty() {
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.as_str()))
            .fetch_one(&mut observer)
            .await
            .unwrap();
        most = most.max(count);
        while tasks.try_join_next().is_some() {}
        sleep(Duration::from_millis(2)).await;
    }
    // One that is closed in a transaction is there for a moment longer.
    assert!((1..=6).contains(&most), "{most}");
    let asleep = async {
        loop {
            let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.as_str()))
                .fetch_one(&mut observer)
                .await
                .unwrap();
            if count <= 3 {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), asleep).await.unwrap();
}

/// Studies whose opening was given up are whole once they are there.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f13_studies_whose_opening_is_given_up_are_whole() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let (mut moments, mut given_up, mut n) = (Moments::new(), 0, 0);
        while given_up < rounds_on(&backend) {
            // Each name is tried until it is open, and again.
            let name = format!("s{}", n / 2);
            n += 1;
            loop {
                let builder = db.study_builder::<Line>(&name).minimize("loss");
                match moments.cut(builder.open()).await {
                    Some(study) => {
                        assert_eq!(study.unwrap().name(), name);
                        break;
                    }
                    None => given_up += 1,
                }
            }
        }
        db.close().await;
        let studies = db.studies().await.unwrap();
        let names: BTreeSet<String> = studies.iter().map(|s| s.name().to_owned()).collect();
        assert_eq!(names.len(), studies.len());
        for study in studies {
            let attributes = study.system_attrs().await.unwrap();
            assert!(
                attributes.contains_key("study:metric_names"),
                "{}",
                study.name()
            );
        }
    }
}

/// What is loaded is right, whatever was given up before.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f13_loads_that_are_given_up_leave_the_connections_in_order() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let study = db.study::<Line>("s").await.unwrap();
        for _ in 0..10 {
            let trial = study.ask().await.unwrap();
            let x = trial.config().x;
            trial.tell(x).await.unwrap();
        }
        let best = Line::load_best(&db, "s").await.unwrap();
        let (mut moments, mut given_up, mut loaded) = (Moments::new(), 0, 0);
        while given_up < rounds_on(&backend) || loaded == 0 {
            match moments.cut(Line::load_best(&db, "s")).await {
                Some(config) => {
                    assert_eq!(config.unwrap(), best);
                    loaded += 1;
                }
                None => given_up += 1,
            }
            if let Some(trials) = moments.cut(study.trials()).await {
                assert_eq!(trials.unwrap().len(), 10);
            }
        }
    }
}
