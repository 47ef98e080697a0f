//! Whether a field's type holds the ends of a widened range, which no declaration has checked.

use crate::space::distribution::Distribution;
use crate::space::{Condition, Node, Param, Test, Value};
use crate::tunable::Tunable;
use crate::tunable::named::{Named, NamedSink, NamedSource};

/// Builds a configuration with each end of the range and looks whether it comes back.
pub(super) fn check<T: Tunable>(name: &str, range: &Distribution) -> Result<(), String> {
    let (low, high) = match range {
        Distribution::Float(range) => (Value::Float(range.low), Value::Float(range.high)),
        Distribution::Int(range) => (Value::Int(range.low), Value::Int(range.high)),
        Distribution::Categorical(_) => return Ok(()),
    };
    let nodes: Vec<Node> = T::SPACE.walk().collect();
    let length = |c: &Condition| c.param == name && matches!(c.test, Test::Above(_));
    if nodes.iter().any(|node| node.when.iter().any(length)) {
        return Err("a longer Vec has parameters that nothing declares".to_owned());
    }
    let node = nodes.into_iter().find(|node| node.name == name);
    let when = node.map(|node| node.when).unwrap_or_default();
    for way in ways(&when) {
        for end in [&low, &high] {
            let probe = Probe {
                name,
                way: &way,
                end: end.clone(),
                recorded: None,
            };
            let mut probe = Named::new(T::SPACE, probe);
            let config = T::build(&mut probe)?;
            config.record(&mut probe)?;
            let recorded = probe.inner.recorded;
            if !recorded.is_some_and(|recorded| near(&recorded, end)) {
                return Err(format!("{end} does not fit in the field's type"));
            }
        }
    }
    Ok(())
}

/// Every way to meet all conditions: branches that share a parameter may hold it in different types.
fn ways(when: &[Condition]) -> Vec<Vec<(&str, Value)>> {
    when.iter().fold(vec![Vec::new()], |ways, condition| {
        let values = condition.examples();
        let extended = ways.iter().flat_map(|way| {
            values.iter().map(move |value| {
                let mut way = way.clone();
                way.push((condition.param.as_str(), value.clone()));
                way
            })
        });
        extended.collect()
    })
}

/// An f32 field rounds: it holds a number if it holds one next to it.
fn near(recorded: &Value, end: &Value) -> bool {
    match (recorded, end) {
        (Value::Float(a), Value::Float(b)) => (a - b).abs() <= b.abs() * f64::from(f32::EPSILON),
        _ => recorded == end,
    }
}

/// Gives one parameter the end of its range and all others what their domain begins with, and the
/// labels that make it active; then notes what became of it.
struct Probe<'a> {
    name: &'a str,
    way: &'a [(&'a str, Value)],
    end: Value,
    recorded: Option<Value>,
}

impl NamedSource for Probe<'_> {
    type Error = String;

    #[allow(
        clippy::cast_precision_loss,
        reason = "integers were checked against 2^53, and indices are small"
    )]
    fn param(&mut self, name: &str, param: &'static Param) -> Result<f64, String> {
        if name == self.name {
            return Ok(self.end.as_f64().unwrap_or_default());
        }
        let chosen = self.way.iter().find(|(chosen, _)| *chosen == name);
        let met = chosen.and_then(|(_, value)| param.domain().stored(value));
        Ok(
            met.unwrap_or_else(|| match Distribution::from(*param.domain()) {
                Distribution::Float(range) => range.low,
                Distribution::Int(range) => range.low as f64,
                Distribution::Categorical(_) => 0.0,
            }),
        )
    }

    fn refused(&mut self, _: &str, reason: String) -> String {
        reason
    }
}

impl NamedSink for Probe<'_> {
    type Error = String;

    fn param(&mut self, name: &str, _: &'static Param, value: Value) -> Result<(), String> {
        if name == self.name {
            self.recorded = Some(value);
        }
        Ok(())
    }

    fn refused(&mut self, _: &str, reason: String) -> Result<(), String> {
        Err(reason)
    }
}
