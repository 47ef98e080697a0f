//! What a text means for a domain.

use super::Rule;
use crate::space::distribution::Distribution;
use crate::space::{Domain, Value};

/// Reads what stands after the `=`.
///
/// # Errors
///
/// What is wrong with it, and what to write.
pub(super) fn parse(text: &str, domain: &Domain) -> Result<Rule, String> {
    // A choice may look like anything.
    if let Domain::Choice(list) = domain
        && let Some(choice) = list.choices().iter().find(|choice| is_called(choice, text))
    {
        return Ok(Rule::Keep(vec![choice.clone()]));
    }
    if let Some(range) = text.strip_prefix("widen").map(str::trim_start) {
        let (low, high) = range
            .split_once("..=")
            .ok_or("help: write name=widen low..=high")?;
        return Ok(Rule::Widen(number(low, domain)?, number(high, domain)?));
    }
    if let Some((low, high)) = text.split_once("..=") {
        return Ok(Rule::Narrow(number(low, domain)?, number(high, domain)?));
    }
    if let Some((low, high)) = text.split_once("..") {
        return Err(format!("bounds are inclusive; help: write {low}..={high}"));
    }
    if text.is_empty() {
        return Err("help: write name=low..=high or name=value".to_owned());
    }
    let values = match domain {
        Domain::Choice(list) => text
            .split('|')
            .map(|label| choice(label.trim(), list.choices(), domain))
            .collect::<Result<_, _>>()?,
        _ => vec![number(text, domain)?],
    };
    Ok(Rule::Keep(values))
}

fn choice(label: &str, choices: &[Value], domain: &Domain) -> Result<Value, String> {
    let named = |choice: &&Value| {
        is_called(choice, label)
            || choice
                .as_f64()
                .is_some_and(|number| label.parse() == Ok(number))
    };
    choices.iter().find(named).cloned().ok_or_else(|| {
        let declared = Distribution::from(*domain);
        format!("`{label}` is not in the declared {declared}; help: give a value that is")
    })
}

/// A text may stand as it is, or in quotes as it is shown.
fn is_called(choice: &Value, label: &str) -> bool {
    choice.as_str() == Some(label) || choice.to_string() == label
}

fn number(text: &str, domain: &Domain) -> Result<Value, String> {
    let text = text.trim();
    let value = match domain {
        Domain::Float(_) => text.parse().map(Value::Float).ok(),
        Domain::Int(_) => text.parse().map(Value::Int).ok(),
        Domain::Choice(_) => {
            let declared = Distribution::from(*domain);
            return Err(format!(
                "choices have no range; help: write name=a|b, out of {declared}"
            ));
        }
    };
    let kind = match domain {
        Domain::Float(_) => "number",
        _ => "integer",
    };
    value.ok_or_else(|| format!("`{text}` is no {kind}"))
}
