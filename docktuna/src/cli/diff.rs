//! `docktuna diff`.

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, say};
use super::forms::{Members, Stored, TrialForm, seconds};
use super::output::{Cell, Format, Output, Sheet};
use super::trial_rows::objectives;
use crate::study::DynamicStudy;
use crate::trial::FrozenTrial;

/// Show in what two trials of a study differ.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The study's name.
    study: String,

    /// The number of a trial.
    #[arg(value_name = "A")]
    a: i32,

    /// The number of another one.
    #[arg(value_name = "B")]
    b: i32,
}

#[derive(Serialize)]
struct Form {
    a: TrialForm,
    b: TrialForm,
    /// The parameters that differ.
    params: Members<Sides>,
    /// The names of the others.
    equal: Vec<String>,
}

#[derive(Serialize)]
struct Sides {
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<Stored>,
    #[serde(skip_serializing_if = "Option::is_none")]
    b: Option<Stored>,
}

impl Diff {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let study = context.study(&self.study).await?;
        let (a, b) = (trial(&study, self.a).await?, trial(&study, self.b).await?);
        let (mut params, mut equal) = (Vec::new(), Vec::new());
        for name in names(&a, &b) {
            let value = |trial: &FrozenTrial| Some(trial.params.get(&name)?.value());
            match (value(&a), value(&b)) {
                (Some(a), Some(b)) if a.same(&b) => equal.push(name),
                (a, b) => params.push((
                    name,
                    Sides {
                        a: a.map(Stored),
                        b: b.map(Stored),
                    },
                )),
            }
        }
        let mut output = Output::new();
        match context.format() {
            Format::Json => output.object(&Form {
                a: TrialForm::brief(&a),
                b: TrialForm::brief(&b),
                params: Members(params),
                equal,
            })?,
            format => {
                let mut sheet = Sheet::new(&["", "a", "b"]);
                sheet.columns = vec![
                    "".into(),
                    self.a.to_string().into(),
                    self.b.to_string().into(),
                ];
                if format == Format::Csv {
                    sheet.columns = vec!["name".into(), "a".into(), "b".into()];
                }
                let both = |name: &str, cell: &dyn Fn(&FrozenTrial) -> Cell| {
                    vec![Cell::text(name), cell(&a), cell(&b)]
                };
                sheet
                    .rows
                    .push(both("state", &|trial| Cell::text(trial.state.as_str())));
                for (i, name) in objectives(&study).await?.names.iter().enumerate() {
                    let value = |trial: &FrozenTrial| {
                        Cell::maybe(trial.values.get(i).copied(), Cell::Number)
                    };
                    sheet.rows.push(both(name, &value));
                }
                let took = |trial: &FrozenTrial| Cell::maybe(seconds(trial), Cell::Seconds);
                sheet.rows.push(both("duration", &took));
                for (name, Sides { a, b }) in params {
                    let side = |side: Option<Stored>| Cell::maybe(side, |v| Cell::Value(v.0));
                    sheet.rows.push(vec![Cell::text(name), side(a), side(b)]);
                }
                match format {
                    Format::Csv => output.csv(&sheet)?,
                    _ => output.table(&sheet)?,
                }
                if !equal.is_empty() {
                    say(&format!("equal in both: {}", equal.join(", ")));
                }
            }
        }
        output.flush()
    }
}

async fn trial(study: &DynamicStudy, number: i32) -> Result<FrozenTrial, Failure> {
    let missing = || {
        let study = study.name();
        Failure::Message(format!(
            "study {study:?} has no trial {number}; help: `docktuna trials {study}` lists those that it has"
        ))
    };
    study.trial(number).await?.ok_or_else(missing)
}

/// The parameters of the first trial, and then those that only the second one has.
fn names(a: &FrozenTrial, b: &FrozenTrial) -> Vec<String> {
    let mut names: Vec<String> = a.params.iter().map(|p| p.name().to_owned()).collect();
    let of_b = b.params.iter().filter(|p| a.params.get(p.name()).is_none());
    names.extend(of_b.map(|p| p.name().to_owned()));
    names
}
