//! Runs that are given up, and what they were asking for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use docktuna::sampler::Random;
use docktuna::{Error, Stop, TrialState};
use tokio::time::sleep;

use super::{Moments, backends, handle, polled, results, rounds_on, settled};
use crate::backend::Backend;
use crate::space::Line;

/// A run that is given up ends its trials, those that it was asking for among them.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_runs_that_are_given_up_leave_nothing_behind() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let builder = db.study_builder::<Line>("s").sampler(Random);
        let study = builder.open().await.unwrap();
        let (mut moments, mut given_up) = (Moments::new(), 0);
        let returned = Arc::new(Mutex::new(BTreeMap::new()));
        while given_up < rounds_on(&backend) {
            let returning = Arc::clone(&returned);
            let run = study.optimize(move |config, trial| {
                let returning = Arc::clone(&returning);
                async move {
                    trial.report(0, config.x).await?;
                    returning
                        .lock()
                        .unwrap()
                        .insert(trial.number().get(), config.x);
                    Ok(config.x)
                }
            });
            let run = run.trials(20).concurrency(4).ignore_signals().run();
            match moments.cut(run).await {
                Some(summary) => assert_eq!(summary.unwrap().failed, 0),
                None => given_up += 1,
            }
        }
        let trials = settled(&db).await;
        let returned = returned.lock().unwrap().clone();
        for (number, value) in results(&trials) {
            assert_eq!(returned.get(&number), Some(&value));
        }
        db.close().await;
    }
}

/// Another ask takes a trial over with its own number of retries, or leaves it.
#[tokio::test]
async fn a_run_that_retries_does_not_take_over_a_trial_that_is_not_retried() {
    let backend = Backend::memory().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    assert!(polled(1, study.ask()).await.is_none(), "given up");
    let run = study
        .optimize(|_, _| async { Err::<f64, _>(Stop::failed("why")) })
        .retry(1);
    let summary = run.trials(1).ignore_signals().run().await.unwrap();
    assert_eq!(summary.failed, 1);
    assert_eq!(study.stats().retried, 1);
}

/// A trial that was left on a runtime that nobody drove is somebody else's by now.
#[test]
fn a_trial_that_was_silent_too_long_is_not_taken_over() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let (ours, others) = (runtime(), runtime());
    let (backend, study) = ours.block_on(async {
        let backend = Backend::sqlite().await;
        let study = handle(&backend).await.study::<Line>("s").await.unwrap();
        assert!(polled(1, study.ask()).await.is_none(), "given up");
        // It goes on, and may be taken over for half a second.
        sleep(Duration::from_millis(200)).await;
        (backend, study)
    });
    std::thread::sleep(Duration::from_secs(3));
    others.block_on(async {
        let study = handle(&backend).await.study::<Line>("s").await.unwrap();
        study.ask().await.unwrap().tell(0.0).await.unwrap();
    });
    ours.block_on(async {
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        let states: Vec<TrialState> = settled(&backend.db).await.iter().map(|t| t.state).collect();
        let complete = TrialState::Complete;
        assert_eq!(states, [TrialState::Fail, complete, complete]);
    });
}

/// An objective that nobody can stop goes on, but nothing runs in its name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f14_a_cancelled_run_ends_the_trials_of_objectives_that_go_on() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (reported, report) = tokio::sync::oneshot::channel();
        let hold = Mutex::new(Some((held, reported)));
        let run = study
            .optimize_blocking(move |config, trial| {
                let (held, reported) = hold.lock().unwrap().take().unwrap();
                held.recv().unwrap();
                reported.send(trial.report(0, config.x)).unwrap();
                Ok(config.x)
            })
            .trials(1);
        let run = tokio::spawn(run.run());
        while study.trial_counts().await.unwrap().of(TrialState::Running) == 0 {
            sleep(Duration::from_millis(5)).await;
        }
        // The trial is there before its objective has begun.
        sleep(Duration::from_millis(500)).await;
        run.abort();
        let trials = settled(&backend.db).await;
        assert_eq!(trials[0].state, TrialState::Fail);
        let reason = trials[0].user_attrs["docktuna:error"].as_json();
        assert_eq!(reason, r#""the run was cancelled""#, "{:?}", backend.kind);
        release.send(()).unwrap();
        let refused = report.await.unwrap();
        assert!(
            matches!(refused, Err(Error::TrialClosed { .. })),
            "{refused:?}"
        );
    }
}
