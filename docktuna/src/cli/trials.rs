//! `docktuna trials`.

use clap::{Args, ValueEnum};

use super::context::Context;
use super::failure::Failure;
use super::forms::TrialForm;
use super::output::{Cell, CsvLines, Format, List, Output};
use super::trial_rows::Columns;
use crate::id::TrialState;
use crate::storage::{Detail, Sort, TrialQuery};
use crate::study::DynamicStudy;

/// List trials of a study with their results and parameters.
///
/// The database selects and sorts, so that a few trials of a large study cost little.
#[derive(Debug, Args)]
pub(super) struct Trials {
    /// The study's name.
    study: String,

    /// Only trials in these states.
    #[arg(long, value_enum, value_name = "STATE", value_delimiter = ',')]
    state: Vec<StateName>,

    /// What the trials are sorted by. `value` is the first objective's, the better one first; trials without it come
    /// last.
    #[arg(long, value_enum, value_name = "KEY", default_value = "number")]
    sort: SortName,

    /// The other way round.
    #[arg(long)]
    reverse: bool,

    /// At most so many trials.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StateName {
    Running,
    Complete,
    Pruned,
    Fail,
    Waiting,
}

impl From<StateName> for TrialState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Running => Self::Running,
            StateName::Complete => Self::Complete,
            StateName::Pruned => Self::Pruned,
            StateName::Fail => Self::Fail,
            StateName::Waiting => Self::Waiting,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SortName {
    Number,
    Value,
    Started,
    Completed,
    Duration,
}

impl Trials {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let study = context.study(&self.study).await?;
        let mut query = TrialQuery {
            sort: self.sort(&study)?,
            reverse: self.reverse,
            limit: self.limit,
            ..TrialQuery::default()
        };
        if !self.state.is_empty() {
            query.states = self.state.iter().map(|state| (*state).into()).collect();
        }
        let mut pages = study.pages(&query, Detail::Results).await?;
        let mut output = Output::new();
        match context.format() {
            Format::Table => {
                // The width of a column depends on all of its rows.
                let mut trials = Vec::new();
                while let Some(page) = pages.next_page().await? {
                    trials.extend(page);
                }
                output.table(&Columns::used(&study, &trials).await?.sheet(&trials))?;
            }
            Format::Csv => {
                let columns = Columns::of(&study).await?;
                let mut lines = CsvLines::new();
                lines.line(&mut output, columns.names().into_iter())?;
                while let Some(page) = pages.next_page().await? {
                    for trial in &page {
                        let row = columns.row(trial);
                        lines.line(&mut output, row.iter().map(Cell::for_csv))?;
                    }
                }
            }
            Format::Json => {
                let mut list = List::new();
                while let Some(page) = pages.next_page().await? {
                    for trial in &page {
                        list.item(&mut output, &TrialForm::brief(trial))?;
                    }
                }
                list.end(&mut output)?;
            }
        }
        output.flush()
    }

    fn sort(&self, study: &DynamicStudy) -> Result<Sort, Failure> {
        Ok(match self.sort {
            SortName::Number => Sort::Number,
            SortName::Value => match study.directions() {
                [] => return Err(Failure::Message("the study has no objective".to_owned())),
                [first, ..] => Sort::Value(*first),
            },
            SortName::Started => Sort::Started,
            SortName::Completed => Sort::Completed,
            SortName::Duration => Sort::Duration,
        })
    }
}
