//! What pruning saves: the same networks, trained to the end or stopped by a pruner.
//!
//! ```text
//! cargo run --release --example prune
//! ```
//!
//! Every study draws the same configurations, so the pruners differ only in the trials that they stop.
//! The database is in memory.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use docktuna::pruner::{Hyperband, Median, Nop, Pruner, SuccessiveHalving};
use docktuna::sampler::Random;
use docktuna::{BoxError, OptunaDatabase};
use docktuna_examples::digits::Digits;
use docktuna_examples::network::{Network, Settings};

const SEEDS: u64 = 6;
const TRIALS: usize = 40;
const EPOCHS: u32 = 27;

/// One study.
struct Outcome {
    epochs: usize,
    /// Of the network with the lowest loss in validation.
    loss: f64,
    accuracy: f64,
}

fn pruners() -> [(&'static str, Box<dyn Pruner>); 4] {
    [
        ("none", Box::new(Nop)),
        ("median", Box::new(Median::default().n_warmup_steps(2))),
        (
            "successive halving",
            Box::new(
                SuccessiveHalving::default()
                    .min_resource(1)
                    .reduction_factor(3),
            ),
        ),
        (
            "hyperband",
            Box::new(Hyperband::default().max_resource(EPOCHS)),
        ),
    ]
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new();
    match runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(compare()))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn compare() -> Result<(), BoxError> {
    let (digits, started) = (Arc::new(Digits::load()), Instant::now());
    println!(
        "{TRIALS} networks of up to {EPOCHS} epochs in each study; {SEEDS} studies each, mean ± deviation"
    );
    println!(
        "{:20} {:>13} {:>17} {:>18} {:>15}",
        "pruner", "epochs", "of all", "validation loss", "held out"
    );
    let mut all = Vec::new();
    for at in 0..pruners().len() {
        let studies = (0..SEEDS).map(|seed| tokio::spawn(study(at, seed, Arc::clone(&digits))));
        let studies: Vec<_> = studies.collect();
        let mut outcomes = Vec::new();
        for study in studies {
            outcomes.push(study.await??);
        }
        row(pruners()[at].0, &outcomes);
        all.push(outcomes);
    }
    println!();
    for (outcomes, (name, _)) in all.iter().zip(pruners()).skip(1) {
        let gains = all[0].iter().zip(outcomes);
        let gains: Vec<f64> = gains
            .map(|(none, pruned)| 100.0 * (pruned.accuracy - none.accuracy))
            .collect();
        let (mean, deviation) = moments(&gains);
        println!(
            "{name}: accuracy on held-out images against no pruning, same seed: {mean:+.2} ± {deviation:.2} points"
        );
    }
    println!("in {:.0?}", started.elapsed());
    Ok(())
}

async fn study(pruner: usize, seed: u64, digits: Arc<Digits>) -> Result<Outcome, BoxError> {
    let db = OptunaDatabase::in_memory();
    let (name, pruner) = pruners().into_iter().nth(pruner).ok_or("no such pruner")?;
    let study = db
        .study_builder::<Settings>(name)
        .sampler(Random)
        .seed(seed)
        .pruner(pruner);
    let study = study.open().await?;
    let train = move |settings: Settings, trial: &docktuna::BlockingTrial| {
        let mut network = Network::new(settings, digits.train[0].pixels.len(), seed);
        let mut loss = f64::INFINITY;
        for epoch in 1..=EPOCHS {
            network.epoch(&digits.train);
            loss = network.judge(&digits.valid).0;
            trial.report(epoch, loss)?;
            trial.prune_if_needed()?;
        }
        trial.set_user_attr("held_out", network.judge(&digits.held_out).1)?;
        Ok(loss)
    };
    study.optimize_blocking(train).trials(TRIALS).run().await?;
    let best = study.best_trial().await?;
    let epochs = study
        .trials()
        .await?
        .iter()
        .map(|trial| trial.intermediate_values.len())
        .sum();
    Ok(Outcome {
        epochs,
        loss: best.value().ok_or("it is complete")?,
        accuracy: best.user_attrs["held_out"].parse()?,
    })
}

#[allow(clippy::cast_precision_loss, reason = "small counts")]
fn row(name: &str, outcomes: &[Outcome]) {
    let column = |of: fn(&Outcome) -> f64| moments(&outcomes.iter().map(of).collect::<Vec<_>>());
    let (epochs, spread) = column(|outcome| outcome.epochs as f64);
    let full = f64::from(EPOCHS) * TRIALS as f64;
    let (loss, loss_spread) = column(|outcome| outcome.loss);
    let (accuracy, accuracy_spread) = column(|outcome| 100.0 * outcome.accuracy);
    println!(
        "{name:20} {epochs:6.0} ± {spread:4.0} {:8.1} % ± {:3.1} {loss:10.4} ± {loss_spread:.4} {accuracy:6.2} % ± {accuracy_spread:.2}",
        100.0 * epochs / full,
        100.0 * spread / full,
    );
}

/// Mean and standard deviation.
#[allow(clippy::cast_precision_loss, reason = "small counts")]
fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0)).sqrt())
}
