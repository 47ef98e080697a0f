//! Asks that are given up.

use std::collections::{BTreeMap, BTreeSet};

use docktuna::sampler::Random;
use docktuna::{Study, TrialState, Tunable};
use rand::RngExt;
use tokio::task::JoinSet;

use super::{Moments, backends, handle, polled, results, rounds_on, settled};
use crate::backend::Backend;
use crate::space::{Line, Ten};

/// Eight tasks ask and give up; what they get they tell.
async fn ask_and_give_up<T: Tunable + Send + 'static>(
    study: &Study<T>,
    rounds: u32,
    value: fn(&T) -> f64,
) -> BTreeMap<i32, f64> {
    let (mut moments, mut tasks) = (Moments::new(), JoinSet::new());
    for _ in 0..8 {
        let (study, mut moments) = (study.clone(), moments.split());
        tasks.spawn(async move {
            let (mut told, mut given_up) = (Vec::new(), 0);
            while given_up < rounds.div_ceil(8) || told.is_empty() {
                let count = moments.0.random_range(1..3);
                let Some(asked) = moments.cut(study.ask_many(count)).await else {
                    given_up += 1;
                    continue;
                };
                for trial in asked.unwrap() {
                    let (number, value) = (trial.number().get(), value(trial.config()));
                    trial.tell(value).await.unwrap();
                    told.push((number, value));
                }
            }
            told
        });
    }
    let told = tasks.join_all().await.into_iter().flatten();
    let told: Vec<(i32, f64)> = told.collect();
    let by_number: BTreeMap<i32, f64> = told.iter().copied().collect();
    assert_eq!(by_number.len(), told.len(), "no trial was returned twice");
    by_number
}

/// Eight tasks leave at most sixteen trials that nobody takes over, however often they give up.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_asks_that_are_given_up_leave_nothing_behind() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let builder = db.study_builder::<Ten>("s").sampler(Random);
        let study = builder.open().await.unwrap();
        let told = ask_and_give_up(&study, rounds_on(&backend), |ten| ten.a).await;
        let trials = settled(&db).await;
        assert_eq!(results(&trials), told);
        let over = trials.len() - told.len();
        println!("{:?}: {} told, {over} left over", backend.kind, told.len());
        assert!(over <= 16, "{over} of {} trials", trials.len());
    }
}

/// Where trials are drawn for their numbers, asks wait for each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_asks_for_a_number_that_are_given_up_leave_nothing_behind() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let study = db.study_builder::<Ten>("s").seed(7).open().await.unwrap();
        let told = ask_and_give_up(&study, rounds_on(&backend) / 4, |ten| ten.a).await;
        let trials = settled(&db).await;
        assert_eq!(results(&trials), told);
        assert!(trials.len() - told.len() <= 16);
    }
}

/// Every configuration of the queue is run once, or waits; none is lost with a caller.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_the_queue_loses_nothing_to_asks_that_are_given_up() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let study = db.study::<Line>("s").await.unwrap();
        let queued: BTreeSet<u64> = (0..40).collect();
        for n in &queued {
            let x = f64::from(u32::try_from(*n).unwrap()) / 64.0;
            study.enqueue(Line { x }).await.unwrap();
        }
        ask_and_give_up(&study, rounds_on(&backend), |line| line.x).await;
        settled(&db).await;
        // What was left over at the end is in the queue again.
        while study.trial_counts().await.unwrap().of(TrialState::Waiting) > 0 {
            let trial = study.ask().await.unwrap();
            let x = trial.config().x;
            trial.tell(x).await.unwrap();
        }
        let trials = settled(&db).await;
        let run = results(&trials);
        let run: Vec<u64> = run
            .values()
            .filter(|x| (*x * 64.0).fract() == 0.0)
            .map(|x| format!("{}", x * 64.0).parse().unwrap())
            .collect();
        assert_eq!(run.len(), 40, "no configuration was run twice");
        assert_eq!(run.into_iter().collect::<BTreeSet<_>>(), queued);
    }
}

/// What nobody takes over ends when the handle is closed, and closing does not wait for its time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_closing_ends_what_was_given_up() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        assert!(polled(1, study.ask_many(5)).await.is_none());
        backend.db.close().await;
        let trials = study.trials().await.unwrap();
        assert_eq!(trials.len(), 5);
        for trial in trials {
            assert_eq!(trial.state, TrialState::Fail, "{:?}", backend.kind);
        }
    }
}
