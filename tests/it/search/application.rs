//! What an application brings along: the type of its errors, of its counts, and the study of its struct.

use std::fmt;

use anyhow::Context;
use docktuna::pruner::Threshold;
use docktuna::{Load, OptunaDatabase, RunningTrial, Stop, TrialState, Tunable};

use crate::backend::Backend;
use crate::space::Line;

/// An error as `thiserror` makes it.
#[derive(Debug)]
enum Own {
    Docktuna(docktuna::Error),
    Parse(std::num::ParseFloatError),
}

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("training failed")
    }
}

impl std::error::Error for Own {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Docktuna(error) => Some(error),
            Self::Parse(error) => Some(error),
        }
    }
}

impl From<docktuna::Error> for Own {
    fn from(error: docktuna::Error) -> Self {
        Self::Docktuna(error)
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

async fn anyhow(trial: &RunningTrial) -> anyhow::Result<f64> {
    trial.report(0, 3.0).await?;
    trial.prune_if_needed().await?;
    "x".parse::<f64>().context("no number").context("no data")
}

async fn anyhow_with_context(trial: &RunningTrial) -> anyhow::Result<f64> {
    anyhow(trial).await.context("in epoch 1")
}

async fn eyre(trial: &RunningTrial) -> eyre::Result<f64> {
    trial.report(0, 3.0).await?;
    trial.prune_if_needed().await?;
    let parsed = eyre::WrapErr::wrap_err("x".parse::<f64>(), "no number");
    eyre::WrapErr::wrap_err(parsed, "no data")
}

async fn boxed(trial: &RunningTrial) -> Result<f64, BoxError> {
    trial.report(0, 3.0).await?;
    trial.prune_if_needed().await?;
    Ok("x".parse()?)
}

async fn own(trial: &RunningTrial) -> Result<f64, Own> {
    trial.report(0, 3.0).await?;
    trial.prune_if_needed().await?;
    "x".parse().map_err(Own::Parse)
}

async fn ours(trial: &RunningTrial) -> docktuna::Result<f64> {
    trial.report(0, 3.0).await?;
    trial.prune_if_needed().await?;
    // A second report of one step.
    trial.report(0, 3.0).await?;
    Ok(0.0)
}

/// One objective for each type of error, as `?` brings them into it.
async fn objective(trial: RunningTrial) -> Result<f64, Stop> {
    Ok(match trial.number().get() % 7 {
        0 => anyhow(&trial).await?,
        1 => anyhow_with_context(&trial).await?,
        2 => eyre(&trial).await?,
        3 => boxed(&trial).await?,
        4 => own(&trial).await?,
        5 => ours(&trial).await?,
        _ => {
            trial.report(0, 3.0).await?;
            trial.prune_if_needed().await?;
            Err("a text")?
        }
    })
}

#[tokio::test]
async fn f22_the_reason_of_a_trial_is_the_whole_chain_of_causes() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let run = study.optimize(|_, trial| objective(trial));
        assert_eq!(run.trials(7).run().await.unwrap().failed, 7);
        let trials = study.trials().await.unwrap();
        let reasons = trials.iter().map(|trial| {
            let reason = &trial.user_attrs["docktuna:error"];
            reason.parse::<String>().unwrap()
        });
        assert_eq!(
            reasons.collect::<Vec<_>>(),
            [
                "no data: no number: invalid float literal",
                "in epoch 1: no data: no number: invalid float literal",
                "no data: no number: invalid float literal",
                "invalid float literal",
                "training failed: invalid float literal",
                "trial 5 has reported step 0 before; help: report each step once",
                "a text",
            ]
        );
    }
}

/// None of these errors says any more that it was made of ours; they only have it as a cause.
#[tokio::test]
async fn f22_a_pruned_trial_is_recognised_in_every_error() {
    for backend in Backend::all().await {
        let builder = backend.db.study_builder::<Line>("s");
        let study = builder.pruner(Threshold::upper(2.0)).open().await.unwrap();
        let run = study.optimize(|_, trial| objective(trial));
        let summary = run.trials(7).run().await.unwrap();
        assert_eq!((summary.pruned, summary.failed), (7, 0));
        for trial in study.trials().await.unwrap() {
            assert_eq!(trial.state, TrialState::Pruned);
            assert_eq!(trial.value(), Some(3.0));
        }
    }
}

#[tokio::test]
async fn f22_blocking_objectives_and_callbacks_take_the_same_errors() {
    let study = OptunaDatabase::in_memory().study_builder::<Line>("s");
    let study = study.pruner(Threshold::upper(2.0)).open().await.unwrap();
    let run = study.optimize_blocking(|config, trial| {
        let train = || -> anyhow::Result<f64> {
            trial.report(0, 1.0 + f64::from(trial.number().get()))?;
            trial.prune_if_needed().context("in epoch 1")?;
            anyhow::ensure!(trial.number().get() != 1, "one is one too many");
            Ok(config.x)
        };
        Ok(train()?)
    });
    let run = run.on_trial_end(|_, trial| {
        let name = trial.number.get().to_string();
        name.parse::<u8>().context("so many trials")?;
        Ok(())
    });
    let summary = run.trials(3).run().await.unwrap();
    assert_eq!(
        (summary.complete, summary.failed, summary.pruned),
        (1, 1, 1)
    );
}

#[derive(Tunable)]
#[tune(study = "sentiment", maximize = "accuracy")]
struct Named {
    #[tune(range = 0.0..=1.0, default = 0.5)]
    x: f64,
}

#[tokio::test]
async fn f23_a_type_that_names_its_study_needs_no_other_name() {
    for backend in Backend::all().await {
        let study = backend.db.study_of::<Named>().await.unwrap();
        assert_eq!(study.name(), Named::study_name());
        study.enqueue_default().await.unwrap();
        study.ask().await.unwrap().tell(0.9).await.unwrap();
        let builder = backend.db.study_builder_of::<Named>().seed(1);
        assert_eq!(
            builder.open().await.unwrap().best().await.unwrap().value,
            0.9
        );
        let best = Named::load_best_of(&backend.db).await.unwrap();
        assert_eq!(best.x, 0.5);
        let loader = Named::loader_of();
        assert_eq!(loader.load(&backend.db).await.unwrap().x, 0.5);
    }
    // Without a database: it asks the environment, and has no runtime of its own in here.
    let error = docktuna::blocking::load_best_of::<Named>().map(|named| named.x);
    assert!(matches!(error, Err(docktuna::Error::InsideRuntime)));
}

/// A number of the user's own is a `usize`, as a length is; none of these needs a cast.
#[tokio::test]
async fn f24_counts_are_of_one_type() {
    let configs = vec![Line { x: 0.25 }, Line { x: 0.5 }, Line { x: 0.75 }];
    let count: usize = configs.len();
    let db = OptunaDatabase::in_memory();
    let _ = OptunaDatabase::builder().max_connections(count);
    let study = db.study_builder::<Line>("s").retry(count);
    let study = study.open().await.unwrap();
    for config in configs {
        study.enqueue(config).await.unwrap();
    }
    let run = study
        .optimize(|config, _| async move { Ok(config.x) })
        .trials(count)
        .max_total(count + 1)
        .max_failures(count)
        .retry(count)
        .concurrency(count);
    let summary = run.run().await.unwrap();
    let ended: usize = summary.complete + summary.pruned + summary.failed;
    assert_eq!(ended, count);
    let counts = study.trial_counts().await.unwrap();
    assert_eq!(
        (counts.total(), counts.of(TrialState::Complete)),
        (count, count)
    );
    let stats = study.stats();
    assert_eq!((stats.asked, stats.told), (count, count));
    assert_eq!(db.study_count().await.unwrap(), count - 2);
    assert_eq!(study.ask_many(count).await.unwrap().len(), count);
    // Beyond what the database can count there is no limit.
    let run = study.optimize(|config: Line, _| async move { Ok(config.x) });
    let run = run
        .max_total(usize::MAX)
        .max_failures(usize::MAX)
        .trials(count);
    assert_eq!(run.retry(usize::MAX).run().await.unwrap().complete, count);
}
