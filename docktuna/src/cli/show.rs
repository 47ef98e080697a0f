//! `docktuna show`.

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use super::forms::{self, Any, Members, StudyForm};
use super::output::{Cell, Format, Output, Sheet};
use super::studies;
use super::trial_rows::objectives;
use crate::id::StateCounts;
use crate::space::distribution::Distribution;
use crate::storage::StoredParam;
use crate::trial::Attributes;

/// Show one study: objectives, trials by state, the best trial, the parameters and what they are drawn from, notes.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The study's name.
    study: String,
}

/// A study as JSON.
#[derive(Serialize)]
struct Form {
    #[serde(flatten)]
    study: StudyForm,
    /// As far as they were named.
    metric_names: Option<Vec<String>>,
    best_trial: Option<i32>,
    last_update: Option<String>,
    params: Members<ParamForm>,
    user_attrs: Members<Any>,
    system_attrs: Members<Any>,
}

#[derive(Serialize)]
struct ParamForm {
    distribution: Any,
    trials: usize,
}

/// How much of an attribute a table shows.
const LONGEST: usize = 60;

impl Show {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let study = context.study(&self.study).await?;
        let summary = context.db().await?.study_summary(&self.study).await?;
        let best = match study.directions() {
            [_] => study.best_row().await?,
            _ => None,
        };
        let best = best.map(|best| best.number.get());
        let last_update = study.last_update_time().await?;
        let metrics = objectives(&study).await?;
        let params = study.stored_params().await?;
        let (user, system) = (study.user_attrs().await?, study.system_attrs().await?);
        let counts = summary.trials;
        let form = StudyForm::from(summary);

        let mut output = Output::new();
        match context.format() {
            Format::Json => output.object(&Form {
                study: form,
                metric_names: metrics.are_metrics.then_some(metrics.names),
                best_trial: best,
                last_update: last_update.map(forms::moment),
                params: Members(params.into_iter().map(param_form).collect()),
                user_attrs: forms::attributes(&user),
                system_attrs: forms::attributes(&system),
            })?,
            Format::Csv => {
                let mut sheet = Sheet::new(&["key", "value"]);
                let cells = studies::COLUMNS.iter().zip(studies::row(&form));
                sheet
                    .rows
                    .extend(cells.map(|(name, cell)| pair(name, cell)));
                let best = Cell::maybe(best, |number| Cell::Count(number.into()));
                sheet.rows.push(pair("best_trial", best));
                let last_update = Cell::maybe(last_update, Cell::Moment);
                sheet.rows.push(pair("last_update", last_update));
                sheet.rows.extend(params.iter().map(|param| {
                    let range = param.distribution.to_string();
                    pair(&format!("params_{}", param.name), Cell::text(range))
                }));
                for (prefix, attributes) in [("user_attrs", &user), ("system_attrs", &system)] {
                    sheet.rows.extend(attributes.iter().map(|(key, attribute)| {
                        let json = Cell::text(attribute.as_json());
                        pair(&format!("{prefix}_{key}"), json)
                    }));
                }
                output.csv(&sheet)?;
            }
            Format::Table => {
                let mut pairs = Sheet::new(&["key", "value"]);
                pairs.rows = head(&form, &metrics.names, counts);
                if let (Some(value), Some(number)) = (&form.best_value, best) {
                    let best = format!("{:?} (trial {number})", value.0);
                    pairs.rows.push(pair("best", Cell::text(best)));
                }
                let moments = [("started", form.started_at), ("last update", last_update)];
                for (name, moment) in moments {
                    pairs
                        .rows
                        .extend(moment.map(|moment| pair(name, Cell::Moment(moment))));
                }
                output.pairs(&pairs)?;
                print_params(&mut output, &params)?;
                print_attributes(&mut output, "user attribute", &user)?;
                print_attributes(&mut output, "system attribute", &system)?;
            }
        }
        output.flush()
    }
}

fn pair(name: &str, value: Cell) -> Vec<Cell> {
    vec![Cell::text(name), value]
}

fn head(form: &StudyForm, metrics: &[String], counts: StateCounts) -> Vec<Vec<Cell>> {
    let objectives = form.directions.iter().zip(metrics);
    let objectives: Vec<String> = objectives
        .map(|(direction, name)| format!("{direction} {name}"))
        .collect();
    let trials = match counts.total() {
        0 => "0".to_owned(),
        total => format!("{total} ({counts})"),
    };
    vec![
        pair("name", Cell::text(form.name.clone())),
        pair("objectives", Cell::text(objectives.join(", "))),
        pair("trials", Cell::text(trials)),
    ]
}

fn param_form(param: StoredParam) -> (String, ParamForm) {
    let form = ParamForm {
        distribution: forms::distribution(&param.distribution),
        trials: param.trials,
    };
    (param.name, form)
}

fn kind(distribution: &Distribution) -> &'static str {
    match distribution {
        Distribution::Float(_) => "float",
        Distribution::Int(_) => "int",
        Distribution::Categorical(_) => "choice",
    }
}

fn print_params(output: &mut Output, params: &[StoredParam]) -> Result<(), Failure> {
    if params.is_empty() {
        return Ok(());
    }
    let mut sheet = Sheet::new(&["parameter", "kind", "values", "trials"]);
    let row = |param: &StoredParam| {
        vec![
            Cell::text(param.name.clone()),
            Cell::text(kind(&param.distribution)),
            Cell::text(param.distribution.to_string()),
            Cell::count(param.trials),
        ]
    };
    sheet.rows = params.iter().map(row).collect();
    output.line("")?;
    output.table(&sheet)
}

fn print_attributes(
    output: &mut Output,
    title: &'static str,
    attributes: &Attributes,
) -> Result<(), Failure> {
    if attributes.is_empty() {
        return Ok(());
    }
    let mut sheet = Sheet::new(&[title, "value"]);
    let row = |(key, attribute): (&String, &crate::trial::Attribute)| {
        vec![
            Cell::text(key.clone()),
            Cell::text(shortened(attribute.as_json())),
        ]
    };
    sheet.rows = attributes.iter().map(row).collect();
    output.line("")?;
    output.table(&sheet)
}

/// The beginning of a long text; JSON and CSV have all of it.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
