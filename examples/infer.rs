//! Loads the best configuration that `tune` found, as a service does at start-up, and judges it on
//! data that tuning never saw.
//!
//! ```text
//! cargo run --release --example infer -- [--study NAME] [--snapshot FILE]
//! ```
//!
//! The database is the one that the `OPTUNA_*` settings name, or the file `docktuna.db` here.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use docktuna::blocking;
use docktuna::{BoxError, Load, Mismatch, OptunaDatabase, Tunable};
use docktuna_examples::cli;
use docktuna_examples::data::Data;
use docktuna_examples::model::Model;
use docktuna_examples::train::score;
use lexopt::{Arg, ValueExt};
use tracing_subscriber::filter::LevelFilter;

const USAGE: &str = "\
Loads the best configuration that `tune` found and judges it on held-out data.

usage: infer [OPTION]...

  --study NAME       the study, `breast-cancer` by default
  --snapshot FILE    written after every success, read when the database cannot be reached
  --help             this text

The database is the one that the OPTUNA_* settings name, or the file docktuna.db in this folder.";

struct Arguments {
    study: String,
    snapshot: Option<PathBuf>,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(LevelFilter::WARN)
        .init();
    cli::run(USAGE, arguments(), infer)
}

fn arguments() -> Result<Option<Arguments>, lexopt::Error> {
    let mut arguments = Arguments {
        study: Model::study_name().to_owned(),
        snapshot: None,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("study") => arguments.study = parser.value()?.string()?,
            Arg::Long("snapshot") => arguments.snapshot = Some(parser.value()?.into()),
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(arguments))
}

fn infer(arguments: Arguments) -> Result<(), BoxError> {
    let started = Instant::now();
    let model = load(&arguments)?;
    println!("loaded in {:.1?}: {model:#?}", started.elapsed());

    let Data { train, held_out } = Data::load();
    let tuned = score(&model, &train, &held_out)?;
    let defaults = score(&Model::defaults(), &train, &held_out)?;
    println!(
        "accuracy on {} held-out samples: {tuned:.4}, the defaults {defaults:.4}",
        held_out.y.len()
    );
    Ok(())
}

fn load(arguments: &Arguments) -> docktuna::Result<Model> {
    let mut loader = Model::loader(&arguments.study).on_mismatch(Mismatch::Reject);
    if let Some(file) = &arguments.snapshot {
        loader = loader.snapshot(file);
    }
    let database = OptunaDatabase::builder()
        .from_env()
        .or_sqlite("docktuna.db");
    blocking::load_from(&loader, database)
}
