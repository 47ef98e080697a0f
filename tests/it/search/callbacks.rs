//! Callbacks of a run, and `stop`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use docktuna::{BoxError, Error, FrozenTrial, Stop, TrialState};
use tokio::runtime::Handle;

use crate::backend::{Backend, Proxied};
use crate::space::Line;

/// The objective of these tests: trial 1 fails, trial 2 is pruned, trial 3 panics, the others succeed.
fn outcome(number: i32, x: f64) -> Result<f64, Stop> {
    match number {
        1 => Err(Stop::failed("no data")),
        2 => Err(Stop::Pruned),
        3 => panic!("out of memory"),
        _ => Ok(x),
    }
}

const STATES: [TrialState; 5] = [
    TrialState::Complete,
    TrialState::Fail,
    TrialState::Pruned,
    TrialState::Fail,
    TrialState::Complete,
];

type Calls = Arc<Mutex<Vec<FrozenTrial>>>;

async fn assert_called(backend: &Backend, calls: &Calls) {
    let stored = backend.db.dynamic_study("s").await.unwrap();
    let stored = stored.trials().await.unwrap();
    let calls = calls.lock().unwrap();
    let states: Vec<TrialState> = calls.iter().map(|trial| trial.state).collect();
    assert_eq!(states, STATES);
    // The record is the whole trial, as it is stored.
    assert_eq!(format!("{:?}", *calls), format!("{stored:?}"));
}

#[tokio::test]
async fn a_callback_sees_every_trial_that_ended_however() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let calls = Calls::default();
        let seen = Arc::clone(&calls);
        let run = study.optimize(|config, trial| async move {
            trial.set_user_attr("note", trial.number().get()).await?;
            trial.report(0, 0.5).await?;
            outcome(trial.number().get(), config.x)
        });
        let run = run.on_trial_end(move |study, trial| {
            let seen = Arc::clone(&seen);
            async move {
                // It may use the study; with one worker it is done before the next trial starts.
                let counts = study.trial_counts().await?;
                assert_eq!(counts.total(), 1 + usize::try_from(trial.number.get())?);
                seen.lock().unwrap().push(trial);
                Ok(())
            }
        });
        assert_eq!(run.trials(5).run().await.unwrap().failed, 2);
        assert_called(&backend, &calls).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_of_a_blocking_run_may_block() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let calls = Calls::default();
        let seen = Arc::clone(&calls);
        let run = study.optimize_blocking(|config, trial| outcome(trial.number().get(), config.x));
        let run = run.on_trial_end(move |study, trial| {
            let counts = Handle::current().block_on(study.trial_counts())?;
            assert_eq!(counts.total(), 1 + usize::try_from(trial.number.get())?);
            seen.lock().unwrap().push(trial.clone());
            Ok(())
        });
        assert_eq!(run.trials(5).run().await.unwrap().failed, 2);
        assert_called(&backend, &calls).await;
    }
}

#[tokio::test]
async fn a_callback_may_stop_its_run() {
    let backend = Backend::memory().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    for round in 1..=2_usize {
        let run = study.optimize(|config, _| async move { Ok(config.x) });
        let run = run.on_trial_end(|study, trial| async move {
            if trial.number.get() % 3 == 2 {
                study.stop();
            }
            Ok(())
        });
        assert_eq!(run.run().await.unwrap().complete, 3);
        let run = study.optimize_blocking(|config, _| Ok(config.x));
        let run = run.on_trial_end(|study, trial| {
            if trial.number.get() % 3 == 2 {
                study.stop();
            }
            Ok(())
        });
        assert_eq!(run.run().await.unwrap().complete, 3);
        assert_eq!(study.trial_counts().await.unwrap().total(), 6 * round);
    }
}

#[tokio::test]
async fn a_stop_lets_the_other_trials_of_the_run_finish() {
    let backend = Backend::memory().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    let run = study.optimize(|config, trial| async move {
        if trial.number().get() > 0 {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        Ok(config.x)
    });
    let run = run.on_trial_end(|study, _| async move {
        study.stop();
        Ok(())
    });
    assert_eq!(run.concurrency(4).run().await.unwrap().complete, 4);
}

#[tokio::test]
async fn callbacks_are_called_in_their_order() {
    let backend = Backend::memory().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let note = |what: &'static str| {
        let order = Arc::clone(&order);
        move |_, trial: FrozenTrial| {
            order.lock().unwrap().push((trial.number.get(), what));
            std::future::ready(Ok::<(), BoxError>(()))
        }
    };
    let run = study.optimize(|config, _| async move { Ok(config.x) });
    let run = run.on_trial_end(note("a")).on_trial_end(note("b"));
    run.trials(2).run().await.unwrap();
    let expected = [(0, "a"), (0, "b"), (1, "a"), (1, "b")];
    assert_eq!(*order.lock().unwrap(), expected);
}

/// As an exception in a callback of Optuna: the run ends, and what was told stands.
#[tokio::test]
async fn a_callback_that_fails_ends_the_run_and_costs_no_result() {
    for fails in [true, false] {
        let backend = Backend::memory().await;
        let study = backend.db.study::<Line>("s").await.unwrap();
        let ended = Arc::new(AtomicUsize::new(0));
        let run = study.optimize(|config, _| async move { Ok(config.x) });
        let counter = Arc::clone(&ended);
        let run = run.on_trial_end(move |_, trial| {
            let counter = Arc::clone(&counter);
            async move {
                counter.fetch_add(1, Ordering::Relaxed);
                match trial.number.get() {
                    0 => Ok(()),
                    _ if fails => Err("the disk is full".into()),
                    _ => panic!("index out of bounds"),
                }
            }
        });
        let error = run.run().await.unwrap_err();
        let expected = match fails {
            true => "the callback of trial 1 failed: the disk is full",
            false => "the callback of trial 1 failed: it panicked: index out of bounds",
        };
        assert!(matches!(&error, Error::Callback { trial, .. } if trial.get() == 1));
        assert_eq!(error.to_string(), expected);
        assert_eq!(ended.load(Ordering::Relaxed), 2);
        let counts = study.trial_counts().await.unwrap();
        assert_eq!((counts.total(), counts.of(TrialState::Complete)), (2, 2));

        let run = study.optimize_blocking(|config, _| Ok(config.x));
        let run = run.on_trial_end(move |_, _| match fails {
            true => Err("the disk is full".into()),
            false => panic!("index out of bounds"),
        });
        let error = run.run().await.unwrap_err();
        let expected = expected.replace("trial 1", "trial 2");
        assert_eq!(error.to_string(), expected);
        assert_eq!(study.trial_counts().await.unwrap().total(), 3);
    }
}

/// The server lost the trial's row in a crash: the callback sees the row in which the result stands.
#[tokio::test]
async fn a_callback_sees_a_result_that_moved() {
    let backend = Backend::postgres().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    let postgres = Arc::new(backend.postgres.unwrap());
    let server = Arc::clone(&postgres);
    let run = study.optimize(move |config, _| {
        let server = Arc::clone(&server);
        async move {
            server
                .execute(
                    "UPDATE trial_params SET param_value = 0.125; UPDATE trials SET state = 'FAIL', \
                     datetime_complete = now()",
                )
                .await;
            Ok(config.x)
        }
    });
    let seen = Arc::new(Mutex::new(None));
    let moved = Arc::clone(&seen);
    let run = run.on_trial_end(move |_, trial| {
        *moved.lock().unwrap() = Some(trial);
        std::future::ready(Ok(()))
    });
    assert_eq!(run.trials(1).run().await.unwrap().complete, 1);
    let seen = seen.lock().unwrap().take().unwrap();
    assert_eq!((seen.number.get(), seen.state), (1, TrialState::Complete));
    assert_eq!(seen.value(), Some(seen.params.get("x").unwrap().stored()));
}

/// Somebody else has ended the trial: it is not this run's to tell of.
#[tokio::test]
async fn no_callback_for_a_trial_that_somebody_else_ended() {
    let backend = Backend::sqlite().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    let backend = Arc::new(backend);
    let other = Arc::clone(&backend);
    let run = study.optimize(move |config, trial| {
        let other = Arc::clone(&other);
        async move {
            if trial.number().get() == 0 {
                other
                    .execute("UPDATE trials SET state = 'FAIL', datetime_complete = '2026-01-01 00:00:00.000000'")
                    .await;
            }
            Ok(config.x)
        }
    });
    let seen = Arc::new(Mutex::new(Vec::new()));
    let numbers = Arc::clone(&seen);
    let run = run.on_trial_end(move |_, trial| {
        numbers.lock().unwrap().push(trial.number.get());
        std::future::ready(Ok(()))
    });
    run.trials(2).run().await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [1]);
}

/// A run without callbacks pays nothing for them; with one, each trial is read once, in a transaction of its own.
#[tokio::test]
async fn only_runs_with_callbacks_read_their_trials() {
    let Proxied {
        postgres: _postgres,
        proxy,
        db,
    } = Proxied::new().await;
    let study = db.study::<Line>("s").await.unwrap();
    let mut costs = Vec::new();
    for called in [false, true] {
        let run = || {
            let run = study.optimize(|config, _| async move { Ok(config.x) });
            match called {
                true => run.on_trial_end(|_, _| std::future::ready(Ok(()))),
                false => run,
            }
        };
        run().trials(2).run().await.unwrap();
        proxy.reset();
        run().trials(4).run().await.unwrap();
        costs.push(proxy.counts().round_trips);
    }
    assert_eq!(costs, [4 * 3, 4 * (3 + 8)]);
}

#[tokio::test]
async fn an_objective_may_stop_its_run() {
    let backend = Backend::memory().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    for round in 1..=2_usize {
        let run = study.optimize(|config, trial| async move {
            if trial.number().get() % 3 == 2 {
                trial.study().stop();
            }
            Ok(config.x)
        });
        let summary = run.run().await.unwrap();
        assert_eq!((summary.complete, summary.interrupted), (3, false));
        assert_eq!(study.trial_counts().await.unwrap().total(), 3 * round);
    }
}
