//! `docktuna studies`.

use std::borrow::Cow;

use clap::Args;

use super::context::Context;
use super::failure::Failure;
use super::forms::StudyForm;
use super::output::{Cell, Output, Sheet};

/// List all studies: objectives, trials by state, best value.
#[derive(Debug, Args)]
pub(super) struct Studies;

impl Studies {
    #[allow(clippy::unused_self, reason = "the way of all subcommands")]
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let summaries = context.db().await?.study_summaries().await?;
        let studies: Vec<StudyForm> = summaries.into_iter().map(StudyForm::from).collect();
        Output::new().list(context.format(), &studies, sheet)
    }
}

pub(super) const COLUMNS: &[&str] = &[
    "name",
    "directions",
    "trials",
    "complete",
    "pruned",
    "fail",
    "running",
    "waiting",
    "best_value",
    "started",
];

pub(super) fn sheet(studies: &[StudyForm]) -> Sheet {
    Sheet {
        columns: COLUMNS.iter().map(|name| Cow::Borrowed(*name)).collect(),
        rows: studies.iter().map(row).collect(),
    }
}

pub(super) fn row(study: &StudyForm) -> Vec<Cell> {
    let counts = &study.trials;
    let mut row = vec![
        Cell::text(study.name.clone()),
        Cell::text(study.directions.join(", ")),
    ];
    let by_state = [
        counts.total,
        counts.complete,
        counts.pruned,
        counts.fail,
        counts.running,
        counts.waiting,
    ];
    row.extend(by_state.map(Cell::count));
    row.push(Cell::maybe(study.best_value, |value| Cell::Number(value.0)));
    row.push(Cell::maybe(study.started_at, Cell::Moment));
    row
}
