//! Tunes a classifier on the breast cancer data; run it on as many processes and hosts as you like.
//!
//! ```text
//! cargo run --release --example tune -- [--study NAME] [--trials N] [--concurrency N] [--seed S]
//!     [--sampler tpe|random] [--timeout SECONDS] [--max-total N] [--set NAME=RULE]...
//! ```
//!
//! The database is the one that the `OPTUNA_*` settings name, or the file `docktuna.db` here.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use docktuna::sampler::{Random, Tpe};
use docktuna::{BoxError, OptunaDatabase, Params, Study, Tunable};
use docktuna_examples::cli;
use docktuna_examples::data::Data;
use docktuna_examples::model::Model;
use docktuna_examples::train::cross_validated;
use lexopt::{Arg, ValueExt};
use tracing_subscriber::filter::LevelFilter;

const USAGE: &str = "\
Tunes a classifier on the breast cancer data.

usage: tune [OPTION]...

  --study NAME         the study, `breast-cancer` by default
  --trials N           trials of this process, 30 by default
  --concurrency N      trials at once, as many as there are processors by default
  --seed S             makes the draws repeatable
  --sampler NAME       tpe (the default) or random
  --timeout SECONDS    starts no trial after this time
  --max-total N        trials of the study altogether, whoever runs them
  --set NAME=RULE      changes the search for this run; may be repeated:
                       family.svm.c=0.1..=10, family=svm|logistic, preprocessing.keep=0.5,
                       'family.svm.c=widen 0.001..=10000'
  --help               this text

The database is the one that the OPTUNA_* settings name, or the file docktuna.db in this folder.";

struct Arguments {
    study: String,
    trials: usize,
    concurrency: NonZeroUsize,
    seed: Option<u64>,
    sampler: Search,
    timeout: Option<Duration>,
    max_total: Option<usize>,
    rules: Vec<String>,
}

enum Search {
    Tpe,
    Random,
}

fn main() -> ExitCode {
    // Failed trials are warnings; progress and results are printed by other means.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(LevelFilter::WARN)
        .init();
    cli::run(USAGE, arguments(), |arguments| {
        tokio::runtime::Runtime::new()?.block_on(tune(arguments))
    })
}

fn arguments() -> Result<Option<Arguments>, lexopt::Error> {
    let mut arguments = Arguments {
        study: Model::study_name().to_owned(),
        trials: 30,
        concurrency: available_parallelism().unwrap_or(NonZeroUsize::MIN),
        seed: None,
        sampler: Search::Tpe,
        timeout: None,
        max_total: None,
        rules: Vec::new(),
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("study") => arguments.study = parser.value()?.string()?,
            Arg::Long("trials") => {
                arguments.trials = cli::value(&mut parser, "--trials", "a whole number")?
            }
            Arg::Long("concurrency") => {
                arguments.concurrency =
                    cli::value(&mut parser, "--concurrency", "a whole number above 0")?;
            }
            Arg::Long("seed") => {
                arguments.seed = Some(cli::value(&mut parser, "--seed", "a whole number")?)
            }
            Arg::Long("sampler") => match parser.value()?.string()?.as_str() {
                "tpe" => arguments.sampler = Search::Tpe,
                "random" => arguments.sampler = Search::Random,
                other => return Err(format!("--sampler {other}: expected tpe or random").into()),
            },
            Arg::Long("timeout") => {
                let seconds = cli::value(&mut parser, "--timeout", "whole seconds")?;
                arguments.timeout = Some(Duration::from_secs(seconds));
            }
            Arg::Long("max-total") => {
                arguments.max_total =
                    Some(cli::value(&mut parser, "--max-total", "a whole number")?);
            }
            Arg::Long("set") => arguments.rules.push(parser.value()?.string()?),
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(arguments))
}

async fn tune(arguments: Arguments) -> Result<(), BoxError> {
    let db = OptunaDatabase::from_env_or_sqlite("docktuna.db").await?;
    println!("database: {}", db.description());

    let mut builder = db.study_builder::<Model>(&arguments.study);
    builder = match arguments.sampler {
        Search::Tpe => builder.sampler(Tpe::default()),
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
    let mut run = study
        .optimize_blocking(move |model, _trial| Ok(cross_validated(&model, &trained.train)?))
        .trials(arguments.trials)
        .concurrency(arguments.concurrency.get())
        .progress(true);
    if let Some(timeout) = arguments.timeout {
        run = run.timeout(timeout);
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
    print_readers(&db, &arguments.study);
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

/// How Python and its dashboard see the study.
fn print_readers(db: &OptunaDatabase, study: &str) {
    let Some(url) = db.optuna_url() else { return };
    let code = format!(
        "import optuna; print(optuna.load_study(study_name={study:?}, storage={url:?}).best_trial)"
    );
    println!("in Python:     python -c {}", quoted(&code));
    println!("the dashboard: optuna-dashboard {}", quoted(&url));
    if url.starts_with("postgresql") {
        println!("both take the password from PGPASSWORD or a password file");
    }
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
