//! Loads the best configuration that `tune` found, as a service does at start-up, and judges it on
//! data that tuning never saw.
//!
//! ```text
//! cargo run --release --example infer -- --help
//! ```
//!
//! The database is the one that the `OPTUNA_*` settings name, or the file `docktuna.db` here.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use docktuna::blocking;
use docktuna::{BoxError, Load, Mismatch, OptunaDatabase, Tunable};
use docktuna_examples::cli;
use docktuna_examples::data::Data;
use docktuna_examples::model::Model;
use docktuna_examples::train::score;
use tracing_subscriber::filter::LevelFilter;

/// Loads the best configuration that `tune` found and judges it on held-out data.
///
/// The database is the one that the OPTUNA_* settings name, or the file docktuna.db in this folder.
#[derive(Parser)]
struct Arguments {
    /// The study
    #[arg(long, value_name = "NAME", default_value = Model::study_name())]
    study: String,
    /// Written after every success, read when the database cannot be reached
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(LevelFilter::WARN)
        .init();
    cli::run(infer)
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
