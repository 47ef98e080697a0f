//! Tunes a classifier on the breast cancer data; run it on as many processes and hosts as you like.
//!
//! ```text
//! cargo run --release --example tune -- --help
//! ```
//!
//! The database is the one that the `OPTUNA_*` settings name, or the file `docktuna.db` here.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use docktuna::sampler::{Auto, Gp, Random, Tpe};
use docktuna::{BoxError, OptunaDatabase, Params, ProgressWriter, Study, Tunable};
use docktuna_examples::cli;
use docktuna_examples::data::Data;
use docktuna_examples::model::Model;
use docktuna_examples::train::cross_validated;
use tracing_subscriber::filter::LevelFilter;

/// Tunes a classifier on the breast cancer data.
///
/// The database is the one that the OPTUNA_* settings name, or the file docktuna.db in this folder.
#[derive(Parser)]
struct Arguments {
    /// The study
    #[arg(long, value_name = "NAME", default_value = Model::study_name())]
    study: String,
    /// Trials of this process
    #[arg(long, value_name = "N", default_value_t = 30)]
    trials: usize,
    /// Trials at once, as many as there are processors by default
    #[arg(long, value_name = "N")]
    concurrency: Option<NonZeroUsize>,
    /// Makes the draws repeatable
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Where new values come from
    #[arg(long, value_enum, default_value_t = Search::Auto)]
    sampler: Search,
    /// Starts no trial after this time
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Trials of the study altogether, whoever runs them
    #[arg(long, value_name = "N")]
    max_total: Option<usize>,
    /// Changes the search for this run; may be repeated: family.svm.c=0.1..=10, family=svm|logistic,
    /// preprocessing.keep=0.5, 'family.svm.c=widen 0.001..=10000'
    #[arg(long = "set", value_name = "NAME=RULE")]
    rules: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Search {
    Auto,
    Gp,
    Tpe,
    Random,
}

fn main() -> ExitCode {
    // Failed trials are warnings. They appear above the line that shows the progress.
    tracing_subscriber::fmt()
        .with_writer(ProgressWriter::stderr)
        .with_max_level(LevelFilter::WARN)
        .init();
    cli::run(|arguments| tokio::runtime::Runtime::new()?.block_on(tune(arguments)))
}

async fn tune(arguments: Arguments) -> Result<(), BoxError> {
    let db = OptunaDatabase::from_env_or_sqlite("docktuna.db").await?;
    println!("database: {}", db.description());

    let mut builder = db.study_builder::<Model>(&arguments.study);
    builder = match arguments.sampler {
        Search::Tpe => builder.sampler(Tpe::default()),
        Search::Gp => builder.sampler(Gp::default()),
        Search::Auto => builder.sampler(Auto::default()),
        Search::Random => builder.sampler(Random),
    };
    if let Some(seed) = arguments.seed {
        builder = builder.seed(seed);
    }
    for rule in arguments.rules {
        builder = builder.set(rule);
    }
    let study = builder.open().await?;
    if study.trial_counts().await?.total() == 0 {
        study.enqueue_default().await?;
    }

    let data = Arc::new(Data::load());
    let trained = Arc::clone(&data);
    let concurrency = arguments
        .concurrency
        .or_else(|| available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN);
    let mut run = study
        .optimize_blocking(move |model, _trial| Ok(cross_validated(&model, &trained.train)?))
        .trials(arguments.trials)
        .concurrency(concurrency.get())
        .progress(true);
    if let Some(seconds) = arguments.timeout {
        run = run.timeout(Duration::from_secs(seconds));
    }
    if let Some(max_total) = arguments.max_total {
        run = run.max_total(max_total);
    }
    let started = Instant::now();
    let done = run.run().await?;
    println!(
        "this run: {} trials complete and {} failed in {:.1?}",
        done.complete,
        done.failed,
        started.elapsed()
    );

    let best = study.best().await?;
    println!("best, trial {}: {:#?}", best.number, best.config);
    println!(
        "accuracy {:.4}, {}",
        best.value,
        beside(&study, &data).await?
    );
    print_next(&db, &arguments.study);
    db.close().await;
    Ok(())
}

/// How the defaults did. They are the first trial of a study, unless another program began it.
async fn beside(study: &Study<Model>, data: &Data) -> Result<String, BoxError> {
    let params = Params::of(&Model::defaults())?;
    let trials = study.trials().await?;
    let found = trials
        .iter()
        .filter(|trial| trial.params == params)
        .find_map(|trial| Some((trial.number, trial.value()?)));
    Ok(match found {
        Some((number, value)) => format!("the defaults {value:.4} (trial {number})"),
        None => {
            let value = cross_validated(&Model::defaults(), &data.train)?;
            format!("the defaults {value:.4}")
        }
    })
}

/// What one wants to see next.
fn print_next(db: &OptunaDatabase, study: &str) {
    let Some(url) = db.optuna_url() else { return };
    let (study, url) = (quoted(study), quoted(&url));
    // The command has the same settings. The file is what `tune` takes where there are none.
    let command = if url.starts_with("'sqlite") {
        format!("docktuna --storage {url}")
    } else {
        "docktuna".to_owned()
    };
    println!("next:");
    println!("  {command} report {study} -o report.html");
    println!("  {command} best {study}");
    println!("  optuna-dashboard {url}");
    if url.starts_with("'postgresql") {
        println!("the dashboard takes the password from PGPASSWORD or a password file");
    }
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
