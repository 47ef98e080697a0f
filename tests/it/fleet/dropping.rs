//! Trials that are dropped where no runtime of the program's can write their ends.

use std::thread;
use std::time::Duration;

use docktuna::{OptunaDatabase, TrialState};
use tokio::runtime::{Builder, Runtime};

use crate::backend::Backend;
use crate::space::Line;

fn runtimes() -> [Runtime; 2] {
    [
        Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap(),
        Builder::new_current_thread().enable_all().build().unwrap(),
    ]
}

/// A second handle on which nothing is open, with heartbeats or without.
async fn handle(backend: &Backend, beating: bool) -> OptunaDatabase {
    match (&backend.url, beating) {
        (None, _) => backend.db.clone(),
        (_, true) => backend.again().await,
        (_, false) => backend.beating(Duration::ZERO, Duration::ZERO).await,
    }
}

/// What became of the trials of study `s`, seen after the handle is closed.
fn states(db: &OptunaDatabase, backend: &Backend) -> Vec<(TrialState, Option<f64>)> {
    let states = docktuna::blocking::block_on(async {
        // A database in memory is gone when it is closed.
        if backend.url.is_some() {
            db.close().await;
        }
        let study = db.dynamic_study("s").await?;
        loop {
            let trials = study.trials().await?;
            let runs = |trial: &docktuna::FrozenTrial| trial.state == TrialState::Running;
            if backend.url.is_none() && trials.iter().any(runs) {
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            }
            db.close().await;
            let state = |trial: &docktuna::FrozenTrial| (trial.state, trial.value());
            return Ok(trials.iter().map(state).collect());
        }
    });
    states.unwrap()
}

fn backends() -> [Backend; 4] {
    docktuna::blocking::block_on(async { Ok(Backend::all().await) }).unwrap()
}

#[test]
fn f15_a_trial_that_is_dropped_without_a_runtime_fails() {
    for beating in [true, false] {
        for runtime in runtimes() {
            for backend in backends() {
                let (db, trial) = runtime.block_on(async {
                    let db = handle(&backend, beating).await;
                    let study = db.study::<Line>("s").await.unwrap();
                    let trial = study.ask().await.unwrap();
                    (db, trial)
                });
                thread::spawn(move || drop(trial)).join().unwrap();
                // The runtime lives, and nobody drives it if it has no threads.
                let states = states(&db, &backend);
                assert_eq!(states, [(TrialState::Fail, None)], "{:?}", backend.kind);
            }
        }
    }
}

#[test]
fn f15_a_trial_that_outlives_its_runtime_fails() {
    for runtime in 0..2 {
        for backend in backends() {
            let [multi, single] = runtimes();
            let runtime = if runtime == 0 { multi } else { single };
            let (db, trial) = runtime.block_on(async {
                let db = handle(&backend, true).await;
                let trial = db.study::<Line>("s").await.unwrap().ask().await.unwrap();
                (db, trial)
            });
            drop(runtime);
            drop(trial);
            let states = states(&db, &backend);
            assert_eq!(states, [(TrialState::Fail, None)], "{:?}", backend.kind);
        }
    }
}

/// Dropped in the very moment in which the runtime ends, and told without waiting for the answer.
#[test]
fn f15_ends_that_a_runtime_does_not_get_to_are_written() {
    for runtime in 0..2 {
        for backend in backends() {
            let [multi, single] = runtimes();
            let runtime = if runtime == 0 { multi } else { single };
            let db = runtime.block_on(async {
                let db = handle(&backend, true).await;
                let study = db.study::<Line>("s").await.unwrap();
                let mut trials = study.ask_many(3).await.unwrap();
                drop(trials.pop());
                drop(trials.pop());
                let telling = trials.remove(0).tell(0.25);
                let _ = tokio::time::timeout(Duration::ZERO, telling).await;
                db
            });
            drop(runtime);
            let states = states(&db, &backend);
            let told = (TrialState::Complete, Some(0.25));
            let failed = (TrialState::Fail, None);
            assert_eq!(states, [told, failed, failed], "{:?}", backend.kind);
        }
    }
}
