//! The search space of a problem that was read.

use std::borrow::Cow;

use docktuna::Value;
use docktuna::space::{Arm, Domain, Field, FloatDomain, IntDomain, Param, Space, Switch};
use serde_json::Value as Json;

use super::{Parameter, Range};

/// The space, and for each parameter its stored name.
pub(super) fn build(parameters: &[Parameter]) -> Result<(&'static Space, Vec<String>), String> {
    for (place, parameter) in parameters.iter().enumerate() {
        let Parameter { name, when, .. } = parameter;
        if parameters[..place].iter().any(|other| other.name == *name) {
            return Err(format!("two are called {name}"));
        }
        if name.is_empty() || name.contains(['.', '{', '}']) {
            return Err(format!(
                "a name is a text without dots and braces: {name:?}"
            ));
        }
        if when.len() > 1 {
            return Err(format!("{name}: it depends on one parameter at most"));
        }
        if let Some((other, label)) = when.first_key_value() {
            let other = parameters[..place]
                .iter()
                .find(|earlier| earlier.name == *other)
                .ok_or_else(|| format!("{name}: there is no {other} before it"))?;
            label_of(other, label)?;
        }
    }
    let mut tree = Tree {
        parameters,
        stored: vec![String::new(); parameters.len()],
    };
    let fields = tree.fields(None, "")?;
    Ok((Box::leak(Box::new(Space::Group(fields))), tree.stored))
}

/// The index of a choice of `parameter`.
pub(super) fn label_of(parameter: &Parameter, label: &str) -> Result<usize, String> {
    let Range::Choices(choices) = &parameter.range else {
        return Err(format!(
            "{} is never {label}: it is a number",
            parameter.name
        ));
    };
    let place = choices.iter().position(|choice| choice == label);
    place.ok_or_else(|| format!("{} is never {label}", parameter.name))
}

struct Tree<'a> {
    parameters: &'a [Parameter],
    stored: Vec<String>,
}

impl Tree<'_> {
    /// The parameters that depend on nothing, or on this label of another one; `above` begins their names.
    fn fields(
        &mut self,
        when: Option<(&str, &str)>,
        above: &str,
    ) -> Result<&'static [Field], String> {
        let mut fields = Vec::new();
        for (place, parameter) in self.parameters.iter().enumerate() {
            let own = parameter.when.first_key_value();
            if own.map(|(name, label)| (name.as_str(), label.as_str())) != when {
                continue;
            }
            let stored = format!("{above}{}", parameter.name);
            let space = self.space(parameter, &stored)?;
            self.stored[place] = stored;
            let name = String::leak(parameter.name.clone());
            fields.push(Field::new(name, "", Box::leak(Box::new(space))));
        }
        Ok(fields.leak())
    }

    fn space(&mut self, parameter: &Parameter, stored: &str) -> Result<Space, String> {
        let name = &parameter.name;
        let decides = |other: &Parameter| other.when.contains_key(name);
        if !self.parameters.iter().any(decides) {
            let domain = domain(parameter).map_err(|error| format!("{name}: {error}"))?;
            return Ok(Space::Param(Param::new(domain)));
        }
        let labels = choices(parameter).map_err(|error| format!("{name}: {error}"))?;
        let mut arms = Vec::new();
        for label in labels {
            let Value::Str(label) = label else {
                return Err(format!(
                    "{name}: others depend on it, so its choices are texts"
                ));
            };
            let above = format!("{stored}.{label}.");
            let inside = self.fields(Some((name, label)), &above)?;
            let inside: &'static Space = Box::leak(Box::new(Space::Group(inside)));
            arms.push(Arm::new(String::leak(label.to_string()), "", inside));
        }
        Ok(Space::Switch(Switch::new(labels, arms.leak())))
    }
}

/// What a parameter is drawn from. The constructors of domains stop a program whose ranges are wrong, so they
/// are checked here.
fn domain(parameter: &Parameter) -> Result<Domain, String> {
    let Parameter {
        range, log, step, ..
    } = parameter;
    let ends = match range {
        Range::Choices(_) => return choices(parameter).map(Domain::choice),
        Range::Float(ends) => *ends,
        #[allow(clippy::cast_precision_loss, reason = "only compared")]
        Range::Int(ends) => ends.map(|end| end as f64),
    };
    if ends[0] >= ends[1] || ends.iter().any(|end| !end.is_finite()) {
        return Err("a range goes from the smaller to the larger end".to_owned());
    }
    if *log && (ends[0] <= 0.0 || step.is_some()) {
        return Err("a logarithm needs a range above 0 without a step".to_owned());
    }
    if step.is_some_and(|step| step.is_nan() || step <= 0.0 || step > ends[1] - ends[0]) {
        return Err("a step is above 0 and within the range".to_owned());
    }
    Ok(match range {
        Range::Int([low, high]) => {
            let mut domain = IntDomain::new((*low).into(), (*high).into());
            if *log {
                domain = domain.log();
            }
            if let Some(step) = whole(*step)? {
                if (high - low) % step != 0 {
                    return Err("the range is a multiple of the step".to_owned());
                }
                domain = domain.step(step.into());
            }
            Domain::Int(domain)
        }
        _ => {
            let mut domain = FloatDomain::new(ends[0], ends[1]);
            if *log {
                domain = domain.log();
            }
            if let Some(step) = step {
                let steps = (ends[1] - ends[0]) / step;
                if (steps - steps.round()).abs() > 1e-9 * steps {
                    return Err("the range is a multiple of the step".to_owned());
                }
                domain = domain.step(*step);
            }
            Domain::Float(domain)
        }
    })
}

fn choices(parameter: &Parameter) -> Result<&'static [Value], String> {
    let Range::Choices(choices) = &parameter.range else {
        return Err("it is a number".to_owned());
    };
    let values: Option<Vec<Value>> = choices.iter().map(value).collect();
    let values = values.ok_or("a choice is a text, a number or a boolean")?;
    if values.len() < 2 || parameter.log || parameter.step.is_some() {
        return Err("there are at least two choices, without log and step".to_owned());
    }
    if (1..choices.len()).any(|place| choices[..place].contains(&choices[place])) {
        return Err("no choice comes twice".to_owned());
    }
    Ok(values.leak())
}

fn value(choice: &Json) -> Option<Value> {
    Some(match choice {
        Json::Bool(value) => Value::Bool(*value),
        Json::String(text) => Value::Str(Cow::Owned(text.clone())),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(number.as_f64()?),
        },
        _ => return None,
    })
}

/// The step of integers.
#[allow(
    clippy::cast_possible_truncation,
    reason = "it has no fraction and lies in the range"
)]
fn whole(step: Option<f64>) -> Result<Option<i64>, String> {
    match step {
        Some(step) if step.fract() != 0.0 => Err("the step of integers is an integer".to_owned()),
        step => Ok(step.map(|step| step as i64)),
    }
}
