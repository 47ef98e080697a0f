//! What is reported, told and enqueued, and given up.

use std::collections::{BTreeMap, BTreeSet};

use docktuna::sampler::Random;
use docktuna::{Error, TrialState};

use super::{Moments, backends, handle, results, rounds_on, settled};
use crate::space::Line;

/// Each report is there once with its value, if it was answered, and otherwise at most once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_reports_that_are_given_up_are_not_doubled() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let study = db.study::<Line>("s").await.unwrap();
        let (trial, mut moments) = (study.ask().await.unwrap(), Moments::new());
        let (mut answered, mut given_up, mut step) = (BTreeSet::new(), 0, 0);
        while given_up < rounds_on(&backend) {
            match moments.cut(trial.report(step, f64::from(step))).await {
                Some(reported) => {
                    reported.unwrap();
                    answered.insert(step);
                }
                None => given_up += 1,
            }
            moments.cut(trial.should_prune()).await;
            moments.cut(trial.set_user_attr("step", step)).await;
            step += 1;
        }
        // The connection still serves, and a step that was given up can be reported again.
        let unanswered: Vec<u32> = (0..step).filter(|step| !answered.contains(step)).collect();
        for again in unanswered.into_iter().take(50) {
            let reported = trial.report(again, f64::from(again)).await;
            assert!(
                matches!(reported, Ok(()) | Err(Error::StepReported { .. })),
                "{reported:?}"
            );
            answered.insert(again);
        }
        trial.tell(1.0).await.unwrap();
        let trials = settled(&db).await;
        let stored = &trials[0].intermediate_values;
        for (found, value) in stored {
            let found = u32::try_from(*found).unwrap();
            assert_eq!(*value, f64::from(found));
            assert!(found < step);
        }
        for step in answered {
            assert!(stored.contains_key(&i64::from(step)), "step {step}");
        }
    }
}

/// A result that was told is written, whether or not its caller waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_results_that_are_given_up_are_written() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let study = db
            .study_builder::<Line>("s")
            .sampler(Random)
            .open()
            .await
            .unwrap();
        let (mut moments, mut told, mut given_up) = (Moments::new(), BTreeMap::new(), 0);
        while given_up < rounds_on(&backend) {
            for trial in study.ask_many(8).await.unwrap() {
                let (number, value) = (trial.number().get(), trial.config().x);
                match moments.cut(trial.tell(value)).await {
                    Some(answer) => answer.unwrap(),
                    None => given_up += 1,
                }
                told.insert(number, value);
            }
        }
        db.close().await;
        let trials = study.trials().await.unwrap();
        assert_eq!(results(&trials), told, "{:?}", backend.kind);
        assert_eq!(trials.len(), told.len());
    }
}

/// What was acknowledged waits once, and what was given up at most once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_what_is_enqueued_and_given_up_is_not_doubled() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let study = db.study::<Line>("s").await.unwrap();
        let (mut moments, mut numbers, mut given_up, mut n) =
            (Moments::new(), BTreeMap::new(), 0, 0_u32);
        while given_up < rounds_on(&backend) {
            let x = f64::from(n) / 1_048_576.0;
            match moments.cut(study.enqueue(Line { x })).await {
                Some(number) => {
                    numbers.insert(number.unwrap().get(), x);
                }
                None => given_up += 1,
            }
            n += 1;
        }
        let trials = settled(&db).await;
        let mut seen = BTreeSet::new();
        for trial in &trials {
            assert_eq!(trial.state, TrialState::Waiting);
            let fixed = trial.system_attrs.get("fixed_params").unwrap().as_json();
            assert!(seen.insert(fixed.to_owned()), "{fixed} waits twice");
            if let Some(x) = numbers.remove(&trial.number.get()) {
                assert!(
                    fixed.contains(&x.to_string()) || x < 1e-4,
                    "{fixed} for {x}"
                );
            }
        }
        assert!(numbers.is_empty(), "{numbers:?} are lost");
    }
}
