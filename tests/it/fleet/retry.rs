//! A failed trial is tried again as often as asked for, counted as Optuna counts, and never twice for one failure.

use std::time::Duration;

use docktuna::{Stop, TrialState};
use serde_json::json;
use tokio::time::sleep;

use crate::backend::Backend;
use crate::space::Line;
use crate::support::{Version, python};

const NEVER: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_failed_trial_is_tried_again_and_no_more_than_asked_for() {
    for backend in Backend::all().await {
        let study = backend
            .db
            .study_builder::<Line>("s")
            .retry(2)
            .open()
            .await
            .unwrap();
        study.enqueue(Line { x: 0.25 }).await.unwrap();
        let summary = study
            .optimize(|config, trial| async move {
                trial.set_user_attr("note", "kept").await?;
                trial.report(3, 1.0).await?;
                if config.x == 0.25 {
                    assert!(trial.number().get() != 1, "a panic is retried too");
                    return Err(Stop::failed("no memory"));
                }
                Ok(config.x)
            })
            .trials(4)
            .run()
            .await
            .unwrap();
        assert_eq!(
            (summary.failed, summary.complete),
            (3, 1),
            "{:?}",
            backend.kind
        );
        let trials = study.trials().await.unwrap();
        assert_eq!(trials.len(), 4);
        for (trial, history) in trials.iter().zip([json!(null), json!([0]), json!([0, 1])]) {
            assert_eq!(trial.state, TrialState::Fail);
            assert_eq!(trial.params.get("x").unwrap().stored(), 0.25);
            let history_stored = trial.system_attrs.get("retry_history");
            let history_stored = history_stored.map_or("null", |stored| stored.as_json());
            assert_eq!(history_stored, history.to_string().replace(',', ", "));
            assert_eq!(
                trial.system_attrs.contains_key("failed_trial"),
                history != json!(null)
            );
            assert_eq!(
                trial.system_attrs.get("fixed_params").unwrap().as_json(),
                r#"{"x": 0.25}"#
            );
            assert_eq!(trial.user_attrs.get("note").unwrap().as_json(), "\"kept\"");
        }
        let stats = study.stats();
        assert_eq!(
            (stats.asked, stats.told, stats.failed, stats.retried),
            (4, 1, 3, 2)
        );
    }
}

/// An explicit failure, a drop and NaN are failures; a trial that cannot be run is not worth a retry.
#[tokio::test]
async fn what_counts_as_a_failure() {
    let backend = Backend::memory().await;
    let study = backend
        .db
        .study_builder::<Line>("s")
        .retry(1)
        .open()
        .await
        .unwrap();
    study.ask().await.unwrap().fail("why").await.unwrap();
    drop(study.ask().await.unwrap());
    while study.trial_counts().await.unwrap().of(TrialState::Running) > 0 {
        sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..2 {
        assert!(study.ask().await.unwrap().tell(f64::NAN).await.is_err());
    }
    // A failure and its retry, which was dropped; NaN and its retry.
    let counts = study.trial_counts().await.unwrap();
    assert_eq!(
        (counts.of(TrialState::Fail), counts.total()),
        (4, 4),
        "{counts}"
    );
    assert_eq!(study.stats().retried, 2);
}

/// A trial without a number, as a hand may leave one, does not take the retry's number away.
#[tokio::test]
async fn a_retry_is_numbered_after_the_last_number() {
    for backend in Backend::shared().await {
        let builder = backend.db.study_builder::<Line>("s").retry(1);
        let study = builder.open().await.unwrap();
        let trial = study.ask().await.unwrap();
        let unnumbered =
            "INSERT INTO trials (study_id, state) SELECT study_id, 'COMPLETE' FROM studies";
        backend.execute(unnumbered).await;
        trial.fail("why").await.unwrap();
        let remove = "DELETE FROM trials WHERE number IS NULL AND state = 'COMPLETE'";
        backend.execute(remove).await;
        let trials = study.trials().await.unwrap();
        let numbers: Vec<i32> = trials.iter().map(|trial| trial.number.get()).collect();
        assert_eq!(numbers, [0, 1], "{:?}", backend.kind);
    }
}

/// Many workers find the same dead trials at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_trial_is_retried_exactly_once() {
    for backend in Backend::shared().await {
        let dead = backend.beating(NEVER, NEVER).await;
        let dead = dead.study::<Line>("s").await.unwrap();
        let left = dead.ask_many(5).await.unwrap();
        sleep(Duration::from_millis(2500)).await;
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let db = backend
                .beating(Duration::from_secs(1), Duration::from_secs(2))
                .await;
            workers.spawn(async move {
                let study = db.study_builder::<Line>("s").retry(3).open().await.unwrap();
                study.stats()
            });
        }
        let stats = workers.join_all().await;
        assert_eq!(stats.iter().map(|stats| stats.failed).sum::<usize>(), 5);
        assert_eq!(stats.iter().map(|stats| stats.retried).sum::<usize>(), 5);
        let trials = dead.trials().await.unwrap();
        assert_eq!(trials.len(), 10);
        for (first, again) in trials[..5].iter().zip(&trials[5..]) {
            assert_eq!(
                (first.state, again.state),
                (TrialState::Fail, TrialState::Waiting)
            );
            assert_eq!(first.params, again.params);
        }
        for trial in left {
            assert!(trial.tell(1.0).await.is_err());
        }
    }
}

/// Each side counts the other's retries.
#[tokio::test]
async fn optuna_and_we_count_the_same_retries() {
    for backend in Backend::shared().await {
        for version in Version::ALL {
            let name = version.to_string();
            let dead = backend.beating(NEVER, NEVER).await;
            let dead = dead.study::<Line>(&name).await.unwrap();
            // Left by a dead worker, retried by us; left again, retried by Python; left again.
            let first = dead.ask().await.unwrap();
            sleep(Duration::from_millis(2500)).await;
            let alive = backend
                .beating(Duration::from_secs(1), Duration::from_secs(2))
                .await;
            alive
                .study_builder::<Line>(&name)
                .retry(2)
                .open()
                .await
                .unwrap();
            let second = dead.ask().await.unwrap();
            assert_eq!(
                (second.number().get(), second.config().x),
                (1, first.config().x)
            );
            sleep(Duration::from_millis(3500)).await;
            let args = ["--study", &name, "--grace", "2", "--max-retry", "2"];
            python(version, "fail_stale.py", &args, backend.url()).await;
            let third = dead.ask().await.unwrap();
            assert_eq!(
                (third.number().get(), third.config().x),
                (2, first.config().x)
            );
            sleep(Duration::from_millis(3500)).await;
            let trials = python(version, "fail_stale.py", &args, backend.url()).await;
            assert_eq!(trials.as_array().unwrap().len(), 3, "{trials}");
            let system = |n: usize| trials[n]["system_attrs"].clone();
            assert_eq!(system(1), json!({"failed_trial": 0, "retry_history": [0]}));
            assert_eq!(
                system(2),
                json!({"failed_trial": 0, "retry_history": [0, 1]})
            );
            assert_eq!(trials[1]["user_attrs"], json!({}));

            // The other way round, the last failure is ours: no more than Python allowed.
            for trial in [first, second, third] {
                assert!(trial.tell(1.0).await.is_err());
            }
            let study = alive
                .study_builder::<Line>(&name)
                .retry(2)
                .open()
                .await
                .unwrap();
            let counts = study.trial_counts().await.unwrap();
            assert_eq!(counts.of(TrialState::Fail), 3, "{counts}");
            assert_eq!(counts.total(), 3, "{counts}");
        }
    }
}
