//! Overrides that fit the declared domains, ready to draw from.

use std::collections::HashMap;

use super::{Rule, text};
use crate::space::distribution::Distribution;
use crate::space::{Domain, EXACT, FloatDomain, GRID_TOLERANCE, IntDomain, Value};

/// What to draw instead of the declared domains, by parameter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resolved {
    overrides: HashMap<String, Override>,
    /// The choices as the study lists them, perhaps in another order than the type: Optuna keeps to
    /// one order.
    orders: HashMap<String, Distribution>,
}

#[derive(Debug, Clone)]
enum Override {
    /// Draws from a part of the range.
    Narrowed(Distribution),
    /// Draws from another range, which is stored.
    Widened(Distribution),
    /// Draws one of these choices.
    Keep(Vec<Value>),
    /// Always the same.
    Fix(f64),
}

impl Resolved {
    /// Adds a rule for the parameter `name`, or says what is wrong with it.
    pub(super) fn add(&mut self, name: &str, rule: &Rule, domain: &Domain) -> Result<(), String> {
        let parsed;
        let rule = match rule {
            Rule::Text(text) => {
                parsed = text::parse(text, domain)?;
                &parsed
            }
            typed => typed,
        };
        let declared = Distribution::from(*domain);
        let resolved = match rule {
            Rule::Narrow(low, high) => Override::Narrowed(narrowed(low, high, &declared)?),
            Rule::Widen(low, high) => Override::Widened(widened(low, high, &declared)?),
            Rule::Keep(values) => kept(values, domain)?,
            Rule::Text(_) => return Err("a text is read once".to_owned()),
        };
        self.overrides.insert(name.to_owned(), resolved);
        Ok(())
    }

    /// The range that the parameter `name` was widened to, if it was.
    pub(super) fn widened(&self, name: &str) -> Option<&Distribution> {
        match self.overrides.get(name) {
            Some(Override::Widened(range)) => Some(range),
            _ => None,
        }
    }

    /// Keeps to the order in which the study lists the choices of the parameter `name`, if it has
    /// choices.
    pub(crate) fn keep_order(&mut self, name: String, stored: Distribution) {
        if let Distribution::Categorical(_) = stored {
            self.orders.insert(name, stored);
        }
    }

    /// What is stored for the parameter `name`: the declared distribution, unless it was widened or
    /// the study has another order.
    pub(crate) fn distribution(&self, name: &str, declared: &Domain) -> Distribution {
        let other = self.widened(name).or_else(|| self.orders.get(name));
        other.map_or_else(|| Distribution::from(*declared), Clone::clone)
    }

    /// A value for the parameter `name`, drawn by `draw` from what is left of `stored`, which
    /// [`distribution`](Self::distribution) gave.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "indices are small"
    )]
    pub(crate) fn sample(
        &self,
        name: &str,
        stored: &Distribution,
        draw: impl FnOnce(&Distribution) -> f64,
    ) -> f64 {
        match (self.overrides.get(name), stored) {
            (None | Some(Override::Widened(_)), _) => draw(stored),
            (Some(Override::Narrowed(narrowed)), _) => draw(narrowed),
            (Some(Override::Fix(value)), _) => *value,
            (Some(Override::Keep(kept)), stored) => {
                let drawn = draw(&Distribution::Categorical(kept.clone().into())) as usize;
                // Past the end only with a sampler that breaks its contract; the caller refuses it.
                let chosen = kept.get(drawn).and_then(|value| stored.stored(value));
                chosen.unwrap_or(f64::NAN)
            }
        }
    }
}

fn kept(values: &[Value], domain: &Domain) -> Result<Override, String> {
    let declared = Distribution::from(*domain);
    let outside = |value: &Value| {
        format!("{value} is not in the declared {declared}; help: give a value that is")
    };
    match (domain, values) {
        (_, []) => Err("no value is left; help: keep at least one".to_owned()),
        (Domain::Choice(_), _) => {
            let mut kept: Vec<Value> = Vec::new();
            for value in values {
                if domain.index(value).is_none() {
                    return Err(outside(value));
                }
                // Twice would be twice as likely.
                if !kept.iter().any(|other| other.same(value)) {
                    kept.push(value.clone());
                }
            }
            Ok(Override::Keep(kept))
        }
        (_, [value]) => {
            let stored = domain.stored(&whole(value, domain));
            stored.map(Override::Fix).ok_or_else(|| outside(value))
        }
        _ => Err("a range has no choices; help: write low..=high, or one value".to_owned()),
    }
}

/// The value as an integer, where that is meant: settings files may write 3.0.
#[allow(
    clippy::cast_possible_truncation,
    reason = "only numbers without a fraction are cut"
)]
fn whole(value: &Value, domain: &Domain) -> Value {
    match (domain, value) {
        (Domain::Int(_), Value::Float(v)) if v.fract() == 0.0 => Value::Int(*v as i64),
        _ => value.clone(),
    }
}

fn narrowed(low: &Value, high: &Value, declared: &Distribution) -> Result<Distribution, String> {
    let wider = || {
        format!(
            "it goes beyond the declared {declared}; help: stay inside, or say `widen {low}..={high}`"
        )
    };
    let empty = || "no value is left; help: write the smaller bound first".to_owned();
    match (declared, low, high) {
        (Distribution::Float(range), Value::Float(low), Value::Float(high)) => {
            let (mut low, mut high) = (*low, *high);
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
        (Distribution::Int(range), Value::Int(low), Value::Int(high)) => {
            if *low < range.low || *high > range.high {
                return Err(wider());
            }
            // Before anything is computed with an end that may lie anywhere.
            if low > high {
                return Err(empty());
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
        _ => Err(no_range(declared)),
    }
}

fn widened(low: &Value, high: &Value, declared: &Distribution) -> Result<Distribution, String> {
    let not_wider = || format!("it is inside of the declared {declared}; help: leave out `widen`");
    match (declared, low, high) {
        (Distribution::Float(range), Value::Float(low), Value::Float(high)) => {
            if !(low <= high && low.is_finite() && high.is_finite()) {
                return Err("its bounds are no range; help: write the smaller one first".to_owned());
            }
            if *low >= range.low && *high <= range.high {
                return Err(not_wider());
            }
            if range.log && *low <= 0.0 {
                return Err("a log scale needs a lower bound above 0".to_owned());
            }
            let on_grid = |end: f64| {
                range.step.is_none_or(|step| {
                    let steps = (end - range.low) / step;
                    (steps - steps.round()).abs() < GRID_TOLERANCE
                })
            };
            if !(on_grid(*low) && on_grid(*high)) {
                return Err(off_grid(declared));
            }
            let (low, high) = (*low, *high);
            let range = FloatDomain {
                low,
                high,
                ..*range
            };
            let range = range.on_grid();
            // With more steps than doubles can count, any end looks as if it were on the grid.
            if !range.contains(range.high) {
                return Err(off_grid(declared));
            }
            Ok(Distribution::Float(range))
        }
        (Distribution::Int(range), Value::Int(low), Value::Int(high)) => {
            if low > high {
                return Err("its bounds are no range; help: write the smaller one first".to_owned());
            }
            if *low >= range.low && *high <= range.high {
                return Err(not_wider());
            }
            if *low < -EXACT || *high > EXACT {
                return Err("integers beyond 2^53 cannot be stored exactly".to_owned());
            }
            if range.log && *low < 1 {
                return Err("a log scale needs a lower bound of at least 1".to_owned());
            }
            if [low, high]
                .iter()
                .any(|end| (**end - range.low) % range.step != 0)
            {
                return Err(off_grid(declared));
            }
            let (low, high) = (*low, *high);
            Ok(Distribution::Int(IntDomain {
                low,
                high,
                ..*range
            }))
        }
        _ => Err(no_range(declared)),
    }
}

fn off_grid(declared: &Distribution) -> String {
    format!("a bound is not on the grid of the declared {declared}; help: move it by whole steps")
}

fn no_range(declared: &Distribution) -> String {
    match declared {
        Distribution::Categorical(_) => {
            format!(
                "choices have no range and cannot be widened; help: keep some out of {declared}"
            )
        }
        _ => format!("its bounds are no numbers of the kind of the declared {declared}"),
    }
}
