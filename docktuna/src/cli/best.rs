//! `docktuna best`.

use clap::Args;

use super::context::Context;
use super::failure::Failure;
use super::forms::{TrialForm, seconds};
use super::output::{Cell, Format, Output, Sheet};
use super::trial_rows::{objectives, print};
use crate::study::DynamicStudy;
use crate::trial::FrozenTrial;

/// Show the best trial of a study and its parameters.
///
/// The best trial is complete and breaks no constraint.
#[derive(Debug, Args)]
pub(super) struct Best {
    /// The study's name.
    study: String,

    /// The trials that no other trial beats in every objective, instead of the one best trial. Reads all trials of the
    /// study.
    #[arg(long)]
    pareto: bool,
}

impl Best {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let study = context.study(&self.study).await?;
        if self.pareto {
            let front = study.pareto_front().await?;
            return print(context.format(), &study, &front).await;
        }
        let best = study.best_trial().await?;
        let mut output = Output::new();
        match context.format() {
            Format::Json => output.object(&TrialForm::whole(&best))?,
            Format::Csv => return print(Format::Csv, &study, &[best]).await,
            Format::Table => table(&mut output, &study, &best).await?,
        }
        output.flush()
    }
}

async fn table(
    output: &mut Output,
    study: &DynamicStudy,
    best: &FrozenTrial,
) -> Result<(), Failure> {
    let mut head = Sheet::new(&["key", "value"]);
    let mut row = |name: &str, cell| head.rows.push(vec![Cell::text(name), cell]);
    row("trial", Cell::Count(best.number.get().into()));
    for (name, value) in objectives(study).await?.names.iter().zip(&best.values) {
        row(name, Cell::Number(*value));
    }
    row("started", Cell::maybe(best.datetime_start, Cell::Moment));
    row("duration", Cell::maybe(seconds(best), Cell::Seconds));
    output.pairs(&head)?;
    if !best.params.is_empty() {
        let mut params = Sheet::new(&["parameter", "value"]);
        let row =
            |param: &crate::Parameter| vec![Cell::text(param.name()), Cell::Value(param.value())];
        params.rows = best.params.iter().map(row).collect();
        output.line("")?;
        output.table(&params)?;
    }
    Ok(())
}
