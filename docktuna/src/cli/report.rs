//! `docktuna report`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::context::Context;
use super::failure::{Failure, say, trials};
use super::place::Place;
use super::trial_rows::objectives;
use crate::report::{Facts, html};

/// Write a page about a study: one HTML file with charts, for a browser. It needs no network.
///
/// The page has the best trial, the history, the importance of the parameters, their values and results, reported
/// values, the Pareto front of several objectives, when trials ran, why they failed, and the space. Where a study has
/// more trials than a chart can show, the page says how many are drawn.
///
/// The file is written beside its place and takes it when it is complete.
#[derive(Debug, Args)]
pub(super) struct Report {
    /// The study's name.
    study: String,

    /// The file.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Replace the file if it exists.
    #[arg(long)]
    force: bool,
}

impl Report {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        if self.output == Path::new("-") {
            return Err(Failure::Usage(
                "a report is a file; help: -o report.html".to_owned(),
            ));
        }
        let mut place = Place::new(&self.output, self.force)?;
        let study = context.study(&self.study).await?;
        let objectives = objectives(&study).await?;
        let mut names = objectives.names;
        if !objectives.are_metrics && names.len() > 1 {
            // A number alone says nothing in a title.
            names = names
                .iter()
                .map(|name| format!("objective {name}"))
                .collect();
        }
        let facts = Facts::read(&study, names).await?;
        let page = html(&facts).map_err(|error| Failure::Message(error.to_string()))?;
        let written = place.file().write_all(page.as_bytes());
        written.map_err(|error| place.unwritable(&error))?;
        place.take()?;
        say(&format!(
            "a report on {} written to {}",
            trials(facts.trials()),
            self.output.display()
        ));
        Ok(())
    }
}
