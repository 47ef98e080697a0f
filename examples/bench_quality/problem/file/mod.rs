//! Problems that are read from a file: JSON with a space, and a formula or a table of the loss.

mod expression;
mod formula;
mod space;

use std::collections::BTreeMap;
use std::path::Path;

use docktuna::{BoxError, Space};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use self::expression::{Expression, Names, Slots};
use super::{Problem, Search};

/// The whole file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) problems: Vec<Written>,
}

/// A problem as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    pub(crate) name: String,
    /// Problems of one family are summed up in the tables.
    pub(crate) family: String,
    /// The smallest loss, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) optimum: Option<f64>,
    pub(crate) space: Vec<Parameter>,
    /// Numbers that later formulas may name, in their order.
    #[serde(rename = "let", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) definitions: Vec<Definition>,
    /// The loss is the sum of these.
    pub(crate) loss: Vec<Term>,
}

/// A parameter of the space.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) range: Range,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) log: bool,
    /// The distance of neighbouring values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<f64>,
    /// It exists only where this parameter has this label.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) when: BTreeMap<String, String>,
}

/// Between which ends a parameter lies, or what it is one of.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Range {
    Float([f64; 2]),
    Int([i64; 2]),
    Choices(Vec<Json>),
}

/// A number with a name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Definition {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) number: Number,
}

/// A part of the loss.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Term {
    #[serde(flatten)]
    pub(crate) number: Number,
    /// It counts only where all of these parameters have these labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) when: BTreeMap<String, String>,
}

/// How a number comes out of the parameters.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Number {
    /// A formula of parameters and defined numbers, such as `({x} - 1)^2 + max(0, sin({y}))`; a choice is its index.
    Formula(String),
    /// What to look up.
    Table(Table),
}

/// Numbers by the values of discrete parameters: lists in lists, the outermost for the first parameter.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    pub(crate) of: Vec<String>,
    pub(crate) numbers: Json,
}

/// A problem that was read: how its loss is computed.
#[derive(Debug)]
pub(crate) struct Read {
    name: &'static str,
    space: &'static Space,
    /// The stored names of the parameters, in the order of the file.
    stored: Vec<String>,
    definitions: Vec<Expression>,
    terms: Vec<(Vec<(usize, f64)>, Expression)>,
}

/// The problems of the file at `path`. They live as long as the program.
pub(crate) fn read(path: &Path) -> Result<Vec<&'static Problem>, BoxError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let file: File = serde_json::from_str(&text).map_err(|error| format!("{shown}: {error}"))?;
    let mut problems: Vec<&'static Problem> = Vec::new();
    for written in file.problems {
        let name = written.name.clone();
        if problems.iter().any(|problem| problem.name == name) {
            return Err(format!("{shown}: two problems are called {name}").into());
        }
        let problem = problem(written).map_err(|error| format!("{shown}: {name}: {error}"))?;
        problems.push(Box::leak(Box::new(problem)));
    }
    Ok(problems)
}

fn problem(written: Written) -> Result<Problem, String> {
    let (space, stored) = space::build(&written.space)?;
    let mut names = Names::of(&written.space);
    let mut definitions = Vec::new();
    for definition in &written.definitions {
        let expression = Expression::new(&definition.number, &names)
            .map_err(|error| format!("{}: {error}", definition.name))?;
        definitions.push(expression);
        names.define(&definition.name)?;
    }
    let mut terms = Vec::new();
    for term in &written.loss {
        let conditions = term.when.iter();
        let conditions: Result<_, String> = conditions
            .map(|(name, label)| names.condition(name, label))
            .collect();
        terms.push((conditions?, Expression::new(&term.number, &names)?));
    }
    if terms.is_empty() {
        return Err("the loss has no term".to_owned());
    }
    let name = String::leak(written.name);
    let read = Read {
        name,
        space,
        stored,
        definitions,
        terms,
    };
    Ok(Problem {
        name,
        family: String::leak(written.family),
        held_out: false,
        optimum: written.optimum,
        space,
        search: Search::Read(Box::leak(Box::new(read))),
    })
}

impl Read {
    pub(crate) fn space(&self) -> &'static Space {
        self.space
    }

    /// The loss where each parameter has the value that `value` tells by its stored name: a number itself, or
    /// the index of a choice; `None` if it does not exist there.
    pub(crate) fn loss(&self, value: impl Fn(&str) -> Option<f64>) -> Result<f64, BoxError> {
        let values = self.stored.iter().map(|name| value(name));
        let values = values.map(|value| value.unwrap_or(f64::NAN));
        let mut slots = Slots(values.collect());
        for definition in &self.definitions {
            let number = definition.number(&slots);
            slots.0.push(number);
        }
        let mut loss = 0.0;
        for (conditions, term) in &self.terms {
            #[allow(clippy::float_cmp, reason = "both are indices")]
            if conditions.iter().all(|(slot, at)| slots.0[*slot] == *at) {
                loss += term.number(&slots);
            }
        }
        if loss.is_nan() {
            let name = self.name;
            return Err(format!("{name}: the loss is no number at {:?}", slots.0).into());
        }
        Ok(loss)
    }
}

#[cfg(test)]
mod tests {
    use docktuna::sampler::{Random, Rehearsal};

    use super::*;

    const ONE: &str = r#"{"problems": [{
        "name": "one", "family": "mine", "optimum": -1,
        "space": [
            {"name": "x", "float": [-2, 2]},
            {"name": "rate", "float": [1e-3, 1], "log": true},
            {"name": "n", "int": [2, 8], "step": 2},
            {"name": "kind", "choices": ["a", "b"]},
            {"name": "deep", "choices": ["u", "v"], "when": {"kind": "b"}},
            {"name": "p", "float": [0, 1], "step": 0.25, "when": {"deep": "v"}},
            {"name": "flag", "choices": [false, true]}
        ],
        "let": [{"name": "t", "table": {"of": ["n", "flag"], "numbers": [[1, 2], [3, 4], [5, 6], [7, 8]]}}],
        "loss": [
            {"formula": "({x} - 1)^2 + log10({rate})"},
            {"formula": "{t}", "when": {"kind": "a"}},
            {"formula": "10 * {p}", "when": {"kind": "b", "deep": "v"}},
            {"table": {"of": ["deep"], "numbers": [100, 200]}, "when": {"kind": "b"}}
        ]
    }]}"#;

    fn read_text(text: &str) -> Result<Vec<&'static Problem>, BoxError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.json");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    fn loss(problem: &Problem, values: &[(&str, f64)]) -> f64 {
        let Search::Read(read) = problem.search else {
            panic!("it is not from a file")
        };
        let value = |name: &str| values.iter().find(|(known, _)| *known == name);
        read.loss(|name| value(name).map(|(_, value)| *value))
            .unwrap()
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "these numbers are exact")]
    fn a_loss_is_the_sum_of_its_terms() {
        let problems = read_text(ONE).unwrap();
        let at = [("x", 3.0), ("rate", 0.1), ("n", 6.0), ("flag", 1.0)];
        let with = |more: &[(&str, f64)]| loss(problems[0], &[&at, more].concat());
        assert_eq!(with(&[("kind", 0.0)]), 4.0 - 1.0 + 6.0);
        let nested = [("kind", 1.0), ("kind.b.deep", 0.0)];
        assert_eq!(with(&nested), 4.0 - 1.0 + 100.0);
        let nested = [
            ("kind", 1.0),
            ("kind.b.deep", 1.0),
            ("kind.b.deep.v.p", 0.5),
        ];
        assert_eq!(with(&nested), 4.0 - 1.0 + 5.0 + 200.0);
    }

    #[test]
    fn every_configuration_has_a_loss() {
        let problems = read_text(ONE).unwrap();
        assert!(problems[0].is_conditional());
        let mut rehearsal = Rehearsal::new(problems[0].space);
        for _ in 0..200 {
            let (number, params) = rehearsal.ask(&Random).unwrap();
            let values: Vec<(&str, f64)> = params.iter().map(|p| (p.name(), p.stored())).collect();
            let loss = loss(problems[0], &values);
            rehearsal.tell(number, &[loss]).unwrap();
        }
        assert_eq!(rehearsal.history().trials().len(), 200);
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (right, wrong, expected) in [
            ("({x} - 1)^2", "({y} - 1)^2", "there is no y"),
            ("({x} - 1)^2", "({x} - 1", "a ) is missing"),
            (r#""log": true"#, r#""lag": true"#, "lag"),
            (
                r#""float": [-2, 2]"#,
                r#""float": [2, -2]"#,
                "x: a range goes from the smaller",
            ),
            (
                r#""float": [1e-3, 1]"#,
                r#""float": [0, 1]"#,
                "rate: a logarithm",
            ),
            (
                r#""when": {"deep": "v"}"#,
                r#""when": {"deep": "w"}"#,
                "deep is never w",
            ),
            (
                r#""when": {"deep": "v"}"#,
                r#""when": {"x": "v"}"#,
                "x is never v",
            ),
            (
                r#""when": {"deep": "v"}"#,
                r#""when": {"dip": "v"}"#,
                "there is no dip",
            ),
            (r#""name": "flag""#, r#""name": "x""#, "two are called x"),
            (r#""name": "t""#, r#""name": "x""#, "two are called x"),
            ("[5, 6], ", "", "the table"),
            (
                r#""of": ["deep"]"#,
                r#""of": ["rate"]"#,
                "rate is not discrete",
            ),
            (r#""family": "mine""#, r#""famly": "mine""#, "famly"),
        ] {
            assert!(ONE.contains(right), "{right}");
            let error = read_text(&ONE.replacen(right, wrong, 1))
                .unwrap_err()
                .to_string();
            assert!(error.contains("mine.json"), "{error}");
            assert!(error.contains(expected), "{expected}: {error}");
        }
    }
}
