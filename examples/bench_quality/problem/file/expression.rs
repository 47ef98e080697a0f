//! Numbers that come out of parameters.

use serde_json::Value as Json;

use super::formula::Formula;
use super::space::label_of;
use super::{Number, Parameter, Range, Table};

/// The values of all parameters and definitions by their places; NaN of a parameter that does not exist.
#[derive(Debug)]
pub(super) struct Slots(pub(super) Vec<f64>);

/// What formulas may name.
pub(super) struct Names<'a> {
    parameters: &'a [Parameter],
    all: Vec<&'a str>,
}

/// A formula or a table that is ready to use.
#[derive(Debug)]
pub(super) enum Expression {
    Formula(Formula),
    Table {
        /// For each parameter its place, smallest value and step.
        of: Vec<(usize, f64, f64)>,
        lengths: Vec<usize>,
        numbers: Vec<f64>,
    },
}

impl<'a> Names<'a> {
    pub(super) fn of(parameters: &'a [Parameter]) -> Self {
        let all = parameters.iter().map(|parameter| parameter.name.as_str());
        Self {
            parameters,
            all: all.collect(),
        }
    }

    /// Adds the next definition.
    pub(super) fn define(&mut self, name: &'a str) -> Result<(), String> {
        if self.all.contains(&name) {
            return Err(format!("two are called {name}"));
        }
        self.all.push(name);
        Ok(())
    }

    /// Where a choice is, and its index for `label`.
    #[allow(clippy::cast_precision_loss, reason = "there are few choices")]
    pub(super) fn condition(&self, name: &str, label: &str) -> Result<(usize, f64), String> {
        let (place, parameter) = self.parameter(name)?;
        Ok((place, label_of(parameter, label)? as f64))
    }

    fn place(&self, name: &str) -> Result<usize, String> {
        let place = self.all.iter().position(|known| *known == name);
        place.ok_or_else(|| format!("there is no {name}"))
    }

    fn parameter(&self, name: &str) -> Result<(usize, &Parameter), String> {
        let place = self.place(name)?;
        let parameter = self.parameters.get(place);
        Ok((
            place,
            parameter.ok_or_else(|| format!("{name} is no parameter"))?,
        ))
    }
}

impl Expression {
    pub(super) fn new(number: &Number, names: &Names<'_>) -> Result<Self, String> {
        match number {
            Number::Formula(text) => {
                let formula = Formula::parse(text, |name| names.place(name));
                Ok(Self::Formula(
                    formula.map_err(|error| format!("{text}: {error}"))?,
                ))
            }
            Number::Table(table) => Self::table(table, names),
        }
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "tables are small"
    )]
    fn table(table: &Table, names: &Names<'_>) -> Result<Self, String> {
        let (mut of, mut lengths) = (Vec::new(), Vec::new());
        for name in &table.of {
            let (place, parameter) = names.parameter(name)?;
            let (low, step, last) = match (&parameter.range, parameter.step) {
                (Range::Choices(choices), _) => (0.0, 1.0, choices.len() as f64 - 1.0),
                (Range::Int([low, high]), step) => {
                    let step = step.unwrap_or(1.0);
                    (*low as f64, step, (high - low) as f64 / step)
                }
                (Range::Float([low, high]), Some(step)) => (*low, step, (high - low) / step),
                (Range::Float(_), None) => return Err(format!("{name} is not discrete")),
            };
            of.push((place, low, step));
            lengths.push(last.round() as usize + 1);
        }
        let mut numbers = Vec::new();
        flatten(&table.numbers, &lengths, &mut numbers)
            .ok_or_else(|| format!("the table of {:?} has {lengths:?} numbers", table.of))?;
        Ok(Self::Table {
            of,
            lengths,
            numbers,
        })
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list; NaN becomes the first and is told apart before"
    )]
    pub(super) fn number(&self, slots: &Slots) -> f64 {
        match self {
            Self::Formula(formula) => formula.number(&slots.0),
            Self::Table {
                of,
                lengths,
                numbers,
            } => {
                let mut at = 0;
                for ((place, low, step), length) in of.iter().zip(lengths) {
                    let value = slots.0[*place];
                    if value.is_nan() {
                        return f64::NAN;
                    }
                    at = at * length + ((value - low) / step).round() as usize;
                }
                numbers[at]
            }
        }
    }
}

/// The numbers of nested lists, if these have the given lengths.
fn flatten(json: &Json, lengths: &[usize], into: &mut Vec<f64>) -> Option<()> {
    let Some((length, inner)) = lengths.split_first() else {
        into.push(json.as_f64()?);
        return Some(());
    };
    let list = json.as_array().filter(|list| list.len() == *length)?;
    list.iter().try_for_each(|json| flatten(json, inner, into))
}
