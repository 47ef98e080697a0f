//! `docktuna export`.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::context::Context;
use super::failure::{Failure, say, trials};
use super::forms::TrialForm;
use super::output::{Cell, Format, Output, json, write_csv};
use super::place::Place;
use super::trial_rows::Columns;
use crate::storage::{Attrs, Detail, TrialQuery};
use crate::study::DynamicStudy;

/// Write all trials of a study to a file, with reports and attributes.
///
/// A file called .csv gets the columns of Optuna's trials_dataframe(), which hold no reports. One called .jsonl or
/// .ndjson gets a line of JSON for each trial. Under any other name the format has to be given.
///
/// The file is written beside its place and takes it when it is complete.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The study's name.
    study: String,

    /// The file; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Replace the file if it exists.
    #[arg(long)]
    force: bool,
}

impl Export {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let format = self.kind(context.given_format())?;
        if self.output == Path::new("-") {
            let study = context.study(&self.study).await?;
            let mut output = Output::new();
            write(&study, format, &mut output).await?;
            return output.flush();
        }
        // Before anything is read: an export may take a while.
        let mut place = Place::new(&self.output, self.force)?;
        let study = context.study(&self.study).await?;
        let mut out = BufWriter::new(place.file());
        let written = match write(&study, format, &mut out).await {
            Err(Failure::Closed) => {
                drop(out);
                return Err(place.unwritable(&io::ErrorKind::BrokenPipe.into()));
            }
            written => written?,
        };
        let flushed = out.flush();
        drop(out);
        flushed.map_err(|error| place.unwritable(&error))?;
        place.take()?;
        say(&format!(
            "{} written to {}",
            trials(written),
            self.output.display()
        ));
        Ok(())
    }

    /// What the file holds.
    fn kind(&self, given: Option<Format>) -> Result<Format, Failure> {
        let extension = self.output.extension().and_then(|name| name.to_str());
        match (given, extension.map(str::to_ascii_lowercase).as_deref()) {
            (Some(Format::Table), _) => Err(Failure::Usage(
                "a table cannot be exported; help: --format csv or --format json".to_owned(),
            )),
            (Some(format), _) => Ok(format),
            (None, Some("csv")) => Ok(Format::Csv),
            (None, Some("jsonl" | "ndjson")) => Ok(Format::Json),
            (None, _) => Err(Failure::Usage(format!(
                "the name {} does not tell the format; help: call it .csv or .jsonl, or give --format csv or \
                 --format json",
                self.output.display()
            ))),
        }
    }
}

/// Writes all trials, and returns how many.
async fn write(
    study: &DynamicStudy,
    format: Format,
    out: &mut impl Write,
) -> Result<usize, Failure> {
    let query = TrialQuery::default();
    let columns = match format {
        Format::Csv => Some(columns(study).await?),
        _ => None,
    };
    let mut pages = study.pages(&query, Detail::All).await?;
    if let Some(columns) = &columns {
        write_csv(out, columns.names().into_iter())?;
    }
    let mut written = 0;
    while let Some(page) = pages.next_page().await? {
        for trial in &page {
            match &columns {
                Some(columns) => write_csv(out, columns.row(trial).iter().map(Cell::for_csv))?,
                None => writeln!(out, "{}", json(&TrialForm::whole(trial))?)?,
            }
            written += 1;
        }
    }
    Ok(written)
}

/// The columns of a file: also every key that an attribute of some trial has.
async fn columns(study: &DynamicStudy) -> Result<Columns, Failure> {
    let columns = Columns::of(study).await?;
    let keys = async |which| study.storage().attribute_keys(study.row(), which).await;
    Ok(columns.with_attributes(keys(Attrs::User).await?, keys(Attrs::System).await?))
}
