//! Narrowing the search for one run, without a change of the declared space.

use std::collections::HashMap;

use crate::diff::near_params;
use crate::distribution::Distribution;
use crate::error::{Error, Result};
use crate::space::{Domain, FloatDomain, IntDomain, Node, Param, Space, Value};

/// What to draw instead of the declared domains, by parameter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides(HashMap<String, Override>);

#[derive(Debug, Clone)]
enum Override {
    /// Draws from a part of the range.
    Range(Distribution),
    /// Draws one of these choices.
    Keep(Vec<usize>),
    /// Always the same.
    Fix(f64),
}

impl Overrides {
    /// Adds one, from a text: `lr=1e-4..=1e-3` narrows a range, `lr=0.01` and `optimizer=sgd` fix a
    /// value, `optimizer=sgd|adam_w` keeps some choices.
    pub(crate) fn add(&mut self, text: &str, space: &Space, type_name: &str) -> Result<()> {
        let invalid = |reason: String| Error::Override {
            text: text.to_owned(),
            reason,
        };
        let (name, rule) = text
            .split_once('=')
            .ok_or_else(|| invalid("help: write name=low..=high or name=value".to_owned()))?;
        let name = name.trim();
        let node = space.walk().find(|node| node.name == name);
        let Some(domain) = node.as_ref().and_then(Node::param).map(Param::domain) else {
            return Err(Error::UnknownParam {
                param: name.to_owned(),
                type_name: type_name.to_owned(),
                near: near_params(space, name),
            });
        };
        let parsed = parse(rule.trim(), domain).map_err(invalid)?;
        self.0.insert(name.to_owned(), parsed);
        Ok(())
    }

    /// A value for the parameter `name`, drawn by `draw` from what is left of `declared`.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "indices are small"
    )]
    pub(crate) fn sample(
        &self,
        name: &str,
        declared: &Distribution,
        draw: impl FnOnce(&Distribution) -> f64,
    ) -> f64 {
        match (self.0.get(name), declared) {
            (None, _) => draw(declared),
            (Some(Override::Range(narrowed)), _) => draw(narrowed),
            (Some(Override::Fix(stored)), _) => *stored,
            (Some(Override::Keep(indices)), Distribution::Categorical(choices)) => {
                let kept: Vec<Value> = indices.iter().map(|i| choices[*i].clone()).collect();
                let drawn = draw(&Distribution::Categorical(kept.into())) as usize;
                // Past the end only with a sampler that breaks its contract; the caller refuses it.
                indices.get(drawn).map_or(f64::NAN, |index| *index as f64)
            }
            (Some(Override::Keep(_)), _) => draw(declared),
        }
    }
}

fn parse(rule: &str, domain: &Domain) -> Result<Override, String> {
    let distribution = Distribution::from(*domain);
    if let Some((low, high)) = rule.split_once("..=") {
        return narrowed(low.trim(), high.trim(), &distribution).map(Override::Range);
    }
    let outside =
        || format!("it is not in the declared {distribution}; help: give a value that is");
    let Distribution::Categorical(choices) = &distribution else {
        let value = match &distribution {
            Distribution::Int(_) => rule.parse().map(Value::Int).ok(),
            _ => rule.parse().map(Value::Float).ok(),
        };
        let stored = value
            .and_then(|value| distribution.stored(&value))
            .ok_or_else(outside)?;
        return Ok(Override::Fix(stored));
    };
    let kept: Option<Vec<usize>> = rule
        .split('|')
        .map(|label| {
            let choice = choices
                .iter()
                .find(|choice| choice.to_string() == label.trim())?;
            domain.index(choice)
        })
        .collect();
    kept.map(Override::Keep).ok_or_else(outside)
}

fn narrowed(low: &str, high: &str, declared: &Distribution) -> Result<Distribution, String> {
    let wider =
        || format!("it goes beyond the declared {declared}; help: stay inside, or declare more");
    let empty = || "no value is left; help: write the smaller bound first".to_owned();
    match declared {
        Distribution::Float(range) => {
            let (mut low, mut high) = (number::<f64>(low)?, number::<f64>(high)?);
            if !(low >= range.low && high <= range.high) {
                return Err(wider());
            }
            if let Some(step) = range.step {
                low = range.low + ((low - range.low) / step - 1e-9).ceil() * step;
                high = range.low + ((high - range.low) / step + 1e-9).floor() * step;
            }
            if low > high {
                return Err(empty());
            }
            Ok(Distribution::Float(FloatDomain {
                low,
                high,
                ..*range
            }))
        }
        Distribution::Int(range) => {
            let (low, high) = (number::<i64>(low)?, number::<i64>(high)?);
            if low < range.low || high > range.high {
                return Err(wider());
            }
            // Onto the declared grid, inwards.
            let low = low + (range.low - low).rem_euclid(range.step);
            let high = high - (high - range.low).rem_euclid(range.step);
            if low > high {
                return Err(empty());
            }
            Ok(Distribution::Int(IntDomain {
                low,
                high,
                ..*range
            }))
        }
        Distribution::Categorical(_) => Err(format!(
            "choices have no range; help: write name=a|b, out of {declared}"
        )),
    }
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no number of the parameter's kind"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Field;

    const X: Domain = Domain::Float(FloatDomain::new(0.0, 1.0).step(0.25));
    const N: Domain = Domain::Int(IntDomain::new(1, 9).step(2));
    const C: Domain = Domain::choice(&[
        Value::Str(std::borrow::Cow::Borrowed("a")),
        Value::Str(std::borrow::Cow::Borrowed("b")),
        Value::Str(std::borrow::Cow::Borrowed("c")),
    ]);
    const SPACE: &Space = &Space::Group(&[
        Field::new("x", "", &Space::Param(Param::new(X))),
        Field::new("n", "", &Space::Param(Param::new(N))),
        Field::new("c", "", &Space::Param(Param::new(C))),
    ]);

    fn drawn(text: &str, domain: Domain) -> Result<(f64, Distribution)> {
        let mut overrides = Overrides::default();
        overrides.add(text, SPACE, "T")?;
        let mut seen = Distribution::from(domain);
        let (name, _) = text.split_once('=').unwrap();
        let value = overrides.sample(name, &Distribution::from(domain), |narrowed| {
            seen = narrowed.clone();
            0.0
        });
        Ok((value, seen))
    }

    #[test]
    fn ranges_are_narrowed_onto_their_grid() {
        assert_eq!(
            drawn("x=0.1..=0.8", X).unwrap().1.to_string(),
            "0.25..=0.75 step 0.25"
        );
        assert_eq!(drawn("n=2..=8", N).unwrap().1.to_string(), "3..=7 step 2");
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "indices and fixed values are exact")]
    fn choices_are_kept_and_values_fixed() {
        assert_eq!(
            drawn("c=c | a", C).unwrap(),
            (
                2.0,
                Distribution::Categorical(vec!["c".into(), "a".into()].into())
            )
        );
        assert_eq!(drawn("c=b", C).unwrap().1.to_string(), "[b]");
        assert_eq!(drawn("n=5", N).unwrap().0, 5.0);
    }

    #[test]
    fn what_is_wider_or_unknown_is_refused() {
        for text in [
            "x=-1..=0.5",
            "x=0.5..=0.4",
            "x=0.3",
            "n=2",
            "n=a..=b",
            "c=d",
            "c=a..=b",
            "x",
            "y=1",
        ] {
            assert!(drawn(text, X).is_err(), "{text}");
        }
        let error = drawn("m=1..=2", N).unwrap_err().to_string();
        assert!(error.contains("did you mean"), "{error}");
    }
}
