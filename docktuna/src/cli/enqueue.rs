//! `docktuna enqueue`.

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use super::output::{Format, Output};
use crate::optuna::read_json;
use crate::space::Value;
use crate::space::distribution::Distribution;

/// Put a trial with given parameters into a study's queue.
///
/// The next free worker runs it and draws the parameters that are not given. Prints the number of the trial. Which
/// parameters there are is known from the space that the study was opened with, or from its trials.
#[derive(Debug, Args)]
pub(super) struct Enqueue {
    /// The study's name.
    study: String,

    /// Parameters and their values: lr=1e-3 optimizer=sgd.
    #[arg(required = true, value_name = "NAME=VALUE", value_parser = assignment)]
    params: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Form {
    number: i32,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it has to be name=value".to_owned()),
    }
}

impl Enqueue {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        for (i, (name, _)) in self.params.iter().enumerate() {
            if self.params[..i].iter().any(|(other, _)| other == name) {
                return Err(Failure::Usage(format!("`{name}` is given twice")));
            }
        }
        let study = context.study(&self.study).await?;
        let known = study.known_params().await?;
        let read = |(name, text): &'_ (String, String)| {
            let found = known.iter().find(|(known, _)| known == name);
            found.map_or_else(
                || Value::Str(text.clone().into()),
                |(_, distribution)| value(distribution, text),
            )
        };
        let params: Vec<(&str, Value)> = self
            .params
            .iter()
            .map(|param| (param.0.as_str(), read(param)))
            .collect();
        let number = study.enqueue_values(&params).await?.get();
        let mut output = Output::new();
        match context.format() {
            Format::Table => output.line(&number.to_string())?,
            Format::Csv => output.line(&format!("number\n{number}"))?,
            Format::Json => output.object(&Form { number })?,
        }
        output.flush()
    }
}

/// The value that a text stands for; the text itself where it stands for none, which is refused as such.
fn value(distribution: &Distribution, text: &str) -> Value {
    let text_itself = || Value::Str(text.to_owned().into());
    match distribution {
        Distribution::Float(_) => text.parse().map_or_else(|_| text_itself(), Value::Float),
        Distribution::Int(_) => text.parse().map_or_else(|_| text_itself(), Value::Int),
        Distribution::Categorical(choices) => {
            let written = |choice: &&Value| choice.to_string() == text;
            let labelled = |choice: &&Value| choice.as_str() == Some(text);
            let equal = || {
                let value = read_json(text).ok()?.into_value();
                choices.iter().find(|choice| choice.same(&value))
            };
            let found = choices.iter().find(written);
            let found = found.or_else(|| choices.iter().find(labelled));
            found.or_else(equal).cloned().unwrap_or_else(text_itself)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_choice_that_it_looks_like() {
        let choices = |choices: &[Value]| Distribution::Categorical(choices.to_vec().into());
        let numbers = choices(&[
            Value::Int(16),
            Value::Float(0.5),
            Value::Bool(true),
            Value::None,
        ]);
        assert_eq!(value(&numbers, "16"), Value::Int(16));
        assert_eq!(value(&numbers, "16.0"), Value::Int(16), "as in Python");
        assert_eq!(value(&numbers, "5e-1"), Value::Float(0.5));
        assert_eq!(value(&numbers, "true"), Value::Bool(true));
        assert_eq!(value(&numbers, "none"), Value::None);
        assert_eq!(value(&numbers, "null"), Value::None);
        assert_eq!(value(&numbers, "17"), "17".to_owned().into());
        let both = choices(&["1".into(), Value::Int(1), "sgd".into()]);
        assert_eq!(value(&both, "1"), Value::Int(1));
        assert_eq!(value(&both, "\"1\""), "1".into());
        assert_eq!(value(&both, "sgd"), "sgd".into());
    }
}
