//! The constraints of a trial: a list, which every release of Optuna reads, or an attribute each, which
//! Optuna 5 writes, too.

#[cfg(feature = "storage")]
use std::collections::BTreeMap;

use super::json::Json;
#[cfg(feature = "storage")]
use super::json::read_json;
use super::keys;
#[cfg(feature = "storage")]
use crate::space::Value;

/// The list of a trial's constraints as an attribute. The single attributes of Optuna 5 are unknown to
/// Optuna 4 and to the dashboard; both at once would count double.
#[cfg_attr(
    not(feature = "storage"),
    allow(dead_code, reason = "nothing is stored")
)]
pub(crate) fn write_constraints(numbers: impl IntoIterator<Item = f64>) -> (String, String) {
    let numbers = numbers.into_iter();
    let list = Json::Array(numbers.map(|n| Json::Scalar(n.into())).collect());
    (keys::CONSTRAINTS.to_owned(), list.to_text())
}

/// The constraints among the system attributes of a trial, given as keys and JSON: those of the list,
/// called 0, 1, … as in Optuna 5, and the single ones, which win on the same name.
#[cfg(feature = "storage")]
pub(crate) fn read_constraints<'a>(
    attributes: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> BTreeMap<String, f64> {
    let (mut constraints, mut single) = (BTreeMap::new(), BTreeMap::new());
    for (key, json) in attributes {
        if key == keys::CONSTRAINTS {
            let numbers = items(json).into_iter().enumerate();
            constraints.extend(numbers.map(|(i, item)| (i.to_string(), number(&item))));
        } else if let Some(name) = key.strip_prefix(keys::CONSTRAINT) {
            let number = read_json(json).map_or(f64::NAN, |json| number(&json));
            single.insert(name.to_owned(), number);
        }
    }
    constraints.extend(single);
    constraints
}

#[cfg(feature = "storage")]
fn items(json: &str) -> Vec<Json> {
    match read_json(json) {
        Ok(Json::Array(items)) => items,
        Ok(Json::Object(members)) if members.is_empty() => Vec::new(),
        Ok(Json::Scalar(Value::None)) => Vec::new(),
        // No list: nobody can tell what it says.
        _ => vec![Json::Scalar(Value::None)],
    }
}

/// The number of a constraint, as Python compares it; NaN for what it cannot compare with one.
#[cfg(feature = "storage")]
fn number(stored: &Json) -> f64 {
    match stored {
        Json::Scalar(Value::Bool(broken)) => f64::from(u8::from(*broken)),
        other => other.as_f64().unwrap_or(f64::NAN),
    }
}

/// Whether none of these constraints is broken; NaN breaks one, as in Optuna.
#[cfg(feature = "storage")]
pub(crate) fn is_feasible(constraints: &BTreeMap<String, f64>) -> bool {
    constraints.values().all(|number| *number <= 0.0)
}

#[cfg(all(test, feature = "storage"))]
mod tests {
    use super::*;

    /// Written by Optuna 5.0.0 for a `constraints_func` that returns `(-0.5, -1.0, inf)`.
    const LIST: (&str, &str) = ("constraints", "[-0.5, -1.0, Infinity]");
    /// Written by Optuna 5.0.0 for `set_constraint("mem", 0.5)` and `set_constraint("a:b", -1)`.
    const SINGLE: [(&str, &str); 2] = [("constraints:mem", "0.5"), ("constraints:a:b", "-1.0")];

    fn named<'a>(numbers: impl IntoIterator<Item = (&'a str, f64)>) -> BTreeMap<String, f64> {
        let numbers = numbers.into_iter();
        numbers.map(|(name, n)| (name.to_owned(), n)).collect()
    }

    #[test]
    fn the_list_is_optunas_to_the_byte() {
        let (key, json) = write_constraints([-0.5, -1.0, f64::INFINITY]);
        assert_eq!((key.as_str(), json.as_str()), LIST);
        let numbers = [("0", -0.5), ("1", -1.0), ("2", f64::INFINITY)];
        assert_eq!(read_constraints([LIST]), named(numbers));
    }

    #[test]
    fn single_ones_win() {
        let read = read_constraints([("constraints:0", "-2.0"), LIST, SINGLE[0], SINGLE[1]]);
        let listed = [("0", -2.0), ("1", -1.0), ("2", f64::INFINITY)];
        assert_eq!(
            read,
            named(listed.into_iter().chain([("mem", 0.5), ("a:b", -1.0)]))
        );
        assert!(!is_feasible(&read));
        assert!(is_feasible(&read_constraints([SINGLE[1]])));
        assert!(!is_feasible(&read_constraints([("constraints", "[NaN]")])));
        assert!(is_feasible(&read_constraints([("constraints", "[]")])));
    }
}
