//! Samplers whose choice stands only for one number: what they draw and how often they ask is bounded.

use std::sync::Mutex;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use docktuna::sampler::{Draft, Grid, Random, Sampler};
use docktuna::{Distribution, Error, OptunaDatabase, Result, TrialState, Tunable};

use crate::backend::Backend;
use crate::space::Line;

#[derive(Tunable, Debug)]
#[tune(validate = never)]
struct Never {
    #[tune(range = 0..=9)]
    x: u8,
    #[tune(range = 0..=9)]
    y: u8,
}

fn never(config: &Never) -> Result<(), String> {
    Err(format!("{} and {} are not to be had", config.x, config.y))
}

/// Draws at random and insists on its number.
#[derive(Debug)]
struct Insisting;

impl Sampler for Insisting {
    fn name(&self) -> &'static str {
        "insisting"
    }

    fn is_exclusive(&self) -> bool {
        true
    }

    fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64 {
        Random.sample(draft, name, distribution)
    }
}

#[tokio::test]
async fn f11_an_exclusive_sampler_whose_draws_are_refused_ends() {
    for backend in Backend::all().await {
        let builder = backend.db.study_builder::<Never>("s").sampler(Insisting);
        let study = builder.open().await.unwrap();
        let error = study.ask().await.map(drop).unwrap_err();
        assert!(
            matches!(
                &error,
                Error::EveryDrawRefused {
                    type_name: "Never",
                    draws: 1000,
                    ..
                }
            ),
            "{error}"
        );
        let run = study.optimize(|_, _| async { Ok(0.0) }).trials(1).run();
        assert!(matches!(
            run.await.unwrap_err(),
            Error::EveryDrawRefused { .. }
        ));
        assert_eq!(study.trial_counts().await.unwrap().total(), 0);
    }
}

/// A grid passes over what is refused, and is exhausted when nothing is left.
#[tokio::test]
async fn f11_a_grid_whose_points_are_refused_ends() {
    let db = OptunaDatabase::in_memory();
    let builder = db.study_builder::<Never>("s").sampler(Grid::default());
    let study = builder.open().await.unwrap();
    let error = study.ask().await.map(drop).unwrap_err();
    assert!(
        matches!(error, Error::GridExhausted { points: 100 }),
        "{error}"
    );
}

/// What a trial of the queue leaves open is drawn by any sampler, and refused by the rules as ever.
#[tokio::test]
async fn f11_a_queued_trial_whose_draws_are_refused_fails() {
    let db = OptunaDatabase::in_memory();
    let builder = db.study_builder::<Never>("s").sampler(Grid::default());
    let study = builder.open().await.unwrap();
    study.enqueue_partial([("x", 3)]).await.unwrap();
    let error = study.ask().await.map(drop).unwrap_err();
    assert!(matches!(error, Error::GridExhausted { .. }), "{error}");
    let trials = study.trials().await.unwrap();
    assert_eq!(trials[0].state, TrialState::Fail);
    let reason = trials[0].user_attrs["docktuna:error"].as_json();
    assert!(
        reason.contains("refused 1000 drawn configurations"),
        "{reason}"
    );
}

/// Lets another process make a trial whenever it has been asked, which makes its choice void.
#[derive(Debug)]
struct Overtaken(Mutex<SyncSender<SyncSender<()>>>);

impl Sampler for Overtaken {
    fn name(&self) -> &'static str {
        "overtaken"
    }

    fn is_exclusive(&self) -> bool {
        true
    }

    fn prepare(&self, _: &mut Draft<'_>) -> Result<()> {
        let (done, made) = sync_channel(0);
        self.0.lock().unwrap().send(done).unwrap();
        made.recv().unwrap();
        Ok(())
    }

    fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64 {
        Random.sample(draft, name, distribution)
    }
}

#[tokio::test]
async fn f11_an_ask_that_is_always_overtaken_ends() {
    let backend = Backend::sqlite().await;
    backend.db.study::<Line>("s").await.unwrap();
    let (orders, wanted) = sync_channel::<SyncSender<()>>(0);
    let url = backend.url().to_owned();
    let other = thread::spawn(move || {
        docktuna::blocking::block_on(async {
            let db = OptunaDatabase::connect(&url).await?;
            let study = db.study_builder::<Line>("s").sampler(Random).open().await?;
            let mut made = Vec::new();
            while let Ok(done) = wanted.recv() {
                made.push(study.ask().await?);
                done.send(()).unwrap();
            }
            Ok(made.len())
        })
    });
    let sampler = Overtaken(Mutex::new(orders));
    let builder = backend.db.study_builder::<Line>("s").sampler(sampler);
    let study = builder.open().await.unwrap();
    let error = study.ask().await.map(drop).unwrap_err();
    assert!(
        matches!(&error, Error::Overtaken { refusals: 1000, .. }),
        "{error}"
    );
    assert!(error.is_transient());
    drop(study);
    assert_eq!(other.join().unwrap().unwrap(), 1000);
}
