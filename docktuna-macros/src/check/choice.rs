//! `choices`.

use std::cmp::Ordering;

use quote::ToTokens;
use syn::{Expr, Lit, LitStr};

use super::number::{literal, number, order};
use crate::attr::{Attrs, Entry, Key, peeled};
use crate::diag::Subject;
use crate::model::{Choice, Choices, Domain, Literal, Number};
use crate::types::Known;

/// The choices of a field whose type is `known`.
pub(super) fn choices(
    subject: &Subject<'_>,
    attrs: &Attrs,
    entry: &Entry,
    known: &Known,
) -> Option<Domain> {
    let list = entry.list(subject)?;
    if list.elems.is_empty() {
        // C16: no choices.
        subject.error(
            list,
            "`choices` needs at least one value; help: list them, [a, b]",
        );
        return None;
    }
    let values: Vec<&Expr> = list.elems.iter().collect();
    distinct(subject, &values)?;
    let choices: Vec<Option<Choice>> = values
        .iter()
        .map(|value| choice(subject, value, known))
        .collect();
    let values: Vec<Choice> = choices.into_iter().collect::<Option<_>>()?;
    let ordered = ordered(subject, attrs, &values)?;
    Some(Domain::Choices(Choices { values, ordered }))
}

/// C23: `ordered` where there is no order.
fn ordered(subject: &Subject<'_>, attrs: &Attrs, values: &[Choice]) -> Option<bool> {
    let Some(entry) = attrs.get(Key::Ordered) else {
        return Some(false);
    };
    if let [Choice::Bool(_) | Choice::BoolConstant(_), ..] = values {
        subject.error(
            &entry.ident,
            "booleans have no order; help: remove `ordered`",
        );
        return None;
    }
    Some(true)
}

/// C24: default that is not a choice.
pub(super) fn default(
    subject: &Subject<'_>,
    expr: &Expr,
    domain: &Domain,
    known: &Known,
) -> Option<Choice> {
    let value = choice(subject, expr, known)?;
    if let Domain::Choices(choices) = domain {
        // With a constant among them, the compiler has to decide.
        let literal = value.is_literal() && choices.are_literal();
        if literal
            && !choices
                .values
                .iter()
                .any(|choice| equal(choice, &value) == Some(Alike::Same))
        {
            let listed: Vec<String> = choices.values.iter().map(shown).collect();
            subject.error(
                expr,
                format_args!(
                    "default {} is not among the choices; help: write one of {}",
                    shown(&value),
                    listed.join(", ")
                ),
            );
            return None;
        }
    }
    Some(value)
}

/// C13, C19: choice of another type than the field, or of one that cannot be stored.
pub(super) fn choice(subject: &Subject<'_>, expr: &Expr, known: &Known) -> Option<Choice> {
    let Some(value) = written(expr) else {
        return constant(subject, expr, known);
    };
    let (what, text) = (kind(&value), shown(&value));
    match (value, known) {
        (Choice::Number(_), known) if known.is_number() || *known == Known::Other => {
            number(subject, expr, known).map(Choice::Number)
        }
        (Choice::Text(text), Known::Char) => character(subject, expr, text),
        (value @ Choice::Text(_), Known::Text(_) | Known::Other)
        | (value @ Choice::Bool(_), Known::Bool | Known::Other) => Some(value),
        (_, known) => {
            let name = known.name();
            subject.error(
                expr,
                format_args!(
                    "{text} is {what}, but the field is {name}; \
                     help: list values of {name}, or change the field's type"
                ),
            );
            None
        }
    }
}

/// C19: a text of several characters, or of none.
fn character(subject: &Subject<'_>, expr: &Expr, text: LitStr) -> Option<Choice> {
    if text.value().chars().count() == 1 {
        return Some(Choice::Text(text));
    }
    let text = text.value();
    subject.error(
        expr,
        format_args!(
            "{text:?} is not one character, but the field is char; help: write 'a', or use String for the field"
        ),
    );
    None
}

fn constant(subject: &Subject<'_>, expr: &Expr, known: &Known) -> Option<Choice> {
    match peeled(expr) {
        // C19: choice of a type that cannot be stored.
        Expr::Lit(_)
        | Expr::Tuple(_)
        | Expr::Array(_)
        | Expr::Repeat(_)
        | Expr::Reference(_)
        | Expr::Struct(_)
        | Expr::Range(_)
        | Expr::Closure(_) => {
            subject.error(
                expr,
                "a choice is a number, a text or a boolean; \
                 help: for anything else, derive Tunable for an enum",
            );
            None
        }
        _ => match known {
            Known::Text(_) => Some(Choice::TextConstant(expr.clone())),
            Known::Bool => Some(Choice::BoolConstant(expr.clone())),
            Known::F32 | Known::F64 | Known::Int(_) => {
                number(subject, expr, known).map(Choice::Number)
            }
            Known::Char => {
                subject.error(expr, "a choice of a char is written out; help: write 'a'");
                None
            }
            Known::Other => {
                subject.error(
                    expr,
                    "a constant is a choice only of a number, String or bool field that is not \
                     an alias; help: write the value out, or derive Tunable for an enum",
                );
                None
            }
        },
    }
}

/// How two choices are the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alike {
    /// For everyone.
    Same,
    /// For Python, where `1`, `1.0` and `True` are equal.
    ForPython,
}

/// C17: a choice twice; C18: choices that Python cannot tell apart.
fn distinct(subject: &Subject<'_>, values: &[&Expr]) -> Option<()> {
    let written: Vec<Option<Choice>> = values.iter().map(|value| written(value)).collect();
    let mut found = Some(());
    for (i, later) in written.iter().enumerate() {
        let first = written[..i].iter().enumerate().find_map(|(j, earlier)| {
            let (earlier, later) = (earlier.as_ref()?, later.as_ref()?);
            equal(earlier, later).map(|alike| (j, alike, shown(earlier), shown(later)))
        });
        match first {
            Some((j, Alike::Same, first, later)) => subject.conflict(
                values[i],
                format_args!("{later} is listed twice; help: remove one"),
                values[j],
                format_args!("the first {first} is here"),
            ),
            Some((j, Alike::ForPython, first, later)) => subject.conflict(
                values[i],
                format_args!(
                    "`{first}` and `{later}` are equal for Python readers; help: remove one"
                ),
                values[j],
                format_args!("`{first}` is here"),
            ),
            None => continue,
        }
        found = None;
    }
    found
}

fn equal(a: &Choice, b: &Choice) -> Option<Alike> {
    let number = |choice: &Choice| match choice {
        Choice::Number(Number::Literal(literal)) => Some(literal.clone()),
        _ => None,
    };
    match (a, b) {
        (Choice::Text(a), Choice::Text(b)) => (a.value() == b.value()).then_some(Alike::Same),
        (Choice::Bool(a), Choice::Bool(b)) => (a.value() == b.value()).then_some(Alike::Same),
        (Choice::Bool(bool), other) | (other, Choice::Bool(bool)) => {
            let value = if bool.value() { 1.0 } else { 0.0 };
            let number = number(other)?;
            (number.float.total_cmp(&value) == Ordering::Equal).then_some(Alike::ForPython)
        }
        (a, b) => {
            let (a, b) = (number(a)?, number(b)?);
            let alike = if a.is_float == b.is_float {
                Alike::Same
            } else {
                Alike::ForPython
            };
            (order(&a, &b) == Ordering::Equal).then_some(alike)
        }
    }
}

/// The choice that is written out, whatever the field's type is.
fn written(expr: &Expr) -> Option<Choice> {
    if let Some(literal) = literal(expr) {
        return Some(Choice::Number(Number::Literal(literal)));
    }
    match peeled(expr) {
        Expr::Lit(value) => match &value.lit {
            Lit::Str(text) if text.suffix().is_empty() => Some(Choice::Text(text.clone())),
            Lit::Char(character) if character.suffix().is_empty() => Some(Choice::Text(
                LitStr::new(&character.value().to_string(), character.span()),
            )),
            Lit::Bool(bool) => Some(Choice::Bool(bool.clone())),
            _ => None,
        },
        _ => None,
    }
}

fn kind(choice: &Choice) -> &'static str {
    match choice {
        Choice::Number(_) => "a number",
        Choice::Text(_) | Choice::TextConstant(_) => "a text",
        Choice::Bool(_) | Choice::BoolConstant(_) => "a boolean",
    }
}

/// A choice as it stands in messages.
fn shown(choice: &Choice) -> String {
    match choice {
        Choice::Number(Number::Literal(Literal { text, .. })) => text.clone(),
        Choice::Text(text) => format!("{:?}", text.value()),
        Choice::Bool(bool) => bool.value().to_string(),
        Choice::Number(Number::Constant(expr))
        | Choice::TextConstant(expr)
        | Choice::BoolConstant(expr) => expr.to_token_stream().to_string(),
    }
}
