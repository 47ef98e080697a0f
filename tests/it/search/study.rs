//! Running objectives.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use docktuna::{Error, Stop, Study, TrialState};

use crate::backend::Backend;
use crate::space::{Line, Train};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_asynchronous_objective() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let summary = study
            .optimize(|config, trial| async move {
                trial.report(0, config.x).await?;
                Ok((config.x - 0.3).abs())
            })
            .trials(12)
            .concurrency(4)
            .run()
            .await
            .unwrap();
        assert_eq!(
            (summary.complete, summary.pruned, summary.failed),
            (12, 0, 0)
        );
        let trials = study.trials().await.unwrap();
        assert_eq!(trials.len(), 12);
        for trial in &trials {
            let x = trial.params.get("x").unwrap().stored();
            assert_eq!(trial.value(), Some((x - 0.3).abs()));
            assert_eq!(trial.intermediate_values[&0], x);
        }
        let best = study.best().await.unwrap();
        let values = trials.iter().filter_map(|trial| trial.value());
        assert_eq!(best.value, values.fold(f64::INFINITY, f64::min));
        assert_eq!(best.value, (best.config.x - 0.3).abs());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocking_objective_runs_on_threads_of_its_own() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let seen = Arc::clone(&most);
        let summary = study
            .optimize_blocking(move |config, trial| {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(30));
                trial.report(1, config.x)?;
                trial.set_user_attr("thread", format!("{:?}", std::thread::current().id()))?;
                running.fetch_sub(1, Ordering::SeqCst);
                Ok(config.x)
            })
            .trials(9)
            .concurrency(3)
            .run()
            .await
            .unwrap();
        assert_eq!(summary.complete, 9);
        assert_eq!(seen.load(Ordering::SeqCst), 3);
        let trials = study.trials().await.unwrap();
        assert!(
            trials
                .iter()
                .all(|trial| trial.user_attrs.contains_key("thread"))
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_panics_and_nan_fail_their_trial_only() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let summary = study
            .optimize(|config, trial| async move {
                match trial.number().get() {
                    0 => Err(Stop::failed("no data")),
                    1 => panic!("out of {}", "memory"),
                    2 => Ok(f64::NAN),
                    3 => {
                        trial.report(7, 0.5).await?;
                        Err(Stop::Pruned)
                    }
                    4 => {
                        "x".parse::<i32>()?;
                        Ok(0.0)
                    }
                    _ => Ok(config.x),
                }
            })
            .trials(6)
            .run()
            .await
            .unwrap();
        assert_eq!(
            (summary.complete, summary.pruned, summary.failed),
            (1, 1, 4)
        );
        let trials = study.trials().await.unwrap();
        let reason = |n: usize| {
            trials[n].user_attrs["docktuna:error"]
                .parse::<String>()
                .unwrap()
        };
        assert_eq!(reason(0), "no data");
        assert_eq!(reason(1), "the objective panicked: out of memory");
        assert!(reason(2).contains("NaN"));
        assert_eq!(
            (trials[3].state, trials[3].value()),
            (TrialState::Pruned, Some(0.5))
        );
        assert!(reason(4).contains("invalid digit"));
        assert!(
            [0, 1, 2, 4]
                .iter()
                .all(|n| trials[*n].state == TrialState::Fail)
        );

        let error = study
            .optimize(|_, _| async { Err::<f64, _>(Stop::failed("broken")) })
            .trials(100)
            .max_failures(3)
            .run()
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::TooManyFailures { failures: 3, .. }),
            "{error}"
        );
        assert_eq!(study.trial_counts().await.unwrap().total(), 9);
    }
}

#[tokio::test]
async fn time_and_totals_end_a_run() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let started = Instant::now();
        study
            .optimize(|config, _| async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(config.x)
            })
            .timeout(Duration::from_millis(300))
            .run()
            .await
            .unwrap();
        let total = study.trial_counts().await.unwrap().total();
        assert!(total >= 1, "the first trial starts at once");
        assert!(started.elapsed() >= Duration::from_millis(300));

        let total = total + 3;
        let summary = study
            .optimize(|config, _| async move { Ok(config.x) })
            .max_total(total)
            .run()
            .await;
        assert_eq!(summary.unwrap().complete, 3);
        let summary = study
            .optimize(|config, _| async move { Ok(config.x) })
            .max_total(total)
            .run()
            .await;
        assert_eq!(summary.unwrap().complete, 0);
    }
}

#[tokio::test]
async fn a_study_is_resumed() {
    for backend in Backend::shared().await {
        let run = |study: Study<Line>| async move {
            study
                .optimize(|c, _| async move { Ok(c.x) })
                .trials(3)
                .run()
                .await
                .unwrap()
        };
        run(backend.db.study("s").await.unwrap()).await;
        run(backend.again().await.study("s").await.unwrap()).await;
        let numbers: Vec<i32> = backend
            .db
            .dynamic_study("s")
            .await
            .unwrap()
            .trials()
            .await
            .unwrap()
            .iter()
            .map(|trial| trial.number.get())
            .collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
    }
}

/// The values of a trial follow from the seed and its number: whatever the order, the concurrency
/// and the process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seeded_study_repeats() {
    let mut runs = BTreeSet::new();
    for concurrency in [1, 3] {
        for backend in Backend::shared().await {
            for db in [backend.db.clone(), backend.again().await] {
                let study = db.study_builder::<Train>("s").seed(7).open().await.unwrap();
                study
                    .optimize(|config, _| async move { Ok(config.lr) })
                    .trials(5)
                    .concurrency(concurrency)
                    .run()
                    .await
                    .unwrap();
            }
            let trials = backend
                .db
                .dynamic_study("s")
                .await
                .unwrap()
                .trials()
                .await
                .unwrap();
            let params: Vec<String> = trials.iter().map(|t| format!("{:?}", t.params)).collect();
            assert_eq!(params.len(), 10);
            runs.insert(params);
        }
    }
    assert_eq!(runs.len(), 1);

    let mut seen = BTreeSet::new();
    for _ in 0..2 {
        let backend = Backend::memory().await;
        let study = backend.db.study::<Train>("s").await.unwrap();
        seen.insert(format!("{:?}", study.ask().await.unwrap().config()));
    }
    assert_eq!(seen.len(), 2, "two studies without a seed differ");
}

/// A run that is dropped stops its objectives and fails their trials.
#[tokio::test]
async fn a_cancelled_run_fails_its_trials() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let finished = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&finished);
        let run = study
            .optimize(move |config, _| {
                let finished = Arc::clone(&finished);
                async move {
                    tokio::time::sleep(Duration::from_secs(3)).await;
                    finished.fetch_add(1, Ordering::SeqCst);
                    Ok(config.x)
                }
            })
            .concurrency(2)
            .timeout(Duration::MAX)
            .run();
        assert!(
            tokio::time::timeout(Duration::from_millis(1500), run)
                .await
                .is_err()
        );
        let failed = async {
            while study.trial_counts().await.unwrap().of(TrialState::Fail) < 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), failed)
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(
            seen.load(Ordering::SeqCst),
            0,
            "the objectives were stopped"
        );
    }
}

/// A sampler of the user's own that breaks its contract must not make the study unreadable.
#[tokio::test]
async fn a_sampler_is_not_trusted() {
    #[derive(Debug)]
    struct Seven;
    impl docktuna::sampler::Sampler for Seven {
        fn name(&self) -> &'static str {
            "seven"
        }
        fn sample(
            &self,
            _: &mut docktuna::sampler::Draft<'_>,
            _: &str,
            _: &docktuna::Distribution,
        ) -> f64 {
            7.0
        }
    }
    for backend in Backend::all().await {
        let study = backend
            .db
            .study_builder::<Train>("s")
            .sampler(Seven)
            .open()
            .await
            .unwrap();
        let error = study.ask().await.map(|trial| trial.number()).unwrap_err();
        assert!(
            matches!(&error, Error::InvalidValue { param, .. } if param == "lr"),
            "{error}"
        );
        assert_eq!(study.trial_counts().await.unwrap().total(), 0);
    }
}

/// A program that ends right after it dropped a trial writes that down first, if it closes.
#[test]
fn close_waits_for_dropped_trials() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("studies.db");
    docktuna::blocking::block_on(async {
        let db = docktuna::OptunaDatabase::sqlite(&file).await?;
        drop(db.study::<Line>("s").await?.ask().await?);
        db.close().await;
        Ok(())
    })
    .unwrap();
    assert!(
        !folder.path().join("studies.db-wal").exists(),
        "the log is merged"
    );
    let counts = docktuna::blocking::block_on(async {
        let db = docktuna::OptunaDatabase::sqlite(&file).await?;
        db.dynamic_study("s").await?.trial_counts().await
    });
    assert_eq!(counts.unwrap().of(TrialState::Fail), 1);
}
