//! Distributions as JSON, in the form that Optuna 5.0 writes and in all that it reads.

use super::json::{Json, read_json, write_float, write_value};
use crate::space::distribution::Distribution;
use crate::space::{FloatDomain, IntDomain, Value};

/// A distribution as Optuna 5.0 writes it, to the byte.
pub(crate) fn write_distribution(distribution: &Distribution) -> String {
    match distribution {
        Distribution::Float(range) => format!(
            r#"{{"name": "FloatDistribution", "attributes": {{"step": {}, "low": {}, "high": {}, "log": {}}}}}"#,
            range.step.map_or_else(|| "null".to_owned(), write_float),
            write_float(range.low),
            write_float(range.high),
            range.log
        ),
        Distribution::Int(range) => format!(
            r#"{{"name": "IntDistribution", "attributes": {{"log": {}, "step": {}, "low": {}, "high": {}}}}}"#,
            range.log, range.step, range.low, range.high
        ),
        Distribution::Categorical(choices) => {
            let choices: Vec<String> = choices.iter().map(write_value).collect();
            format!(
                r#"{{"name": "CategoricalDistribution", "attributes": {{"choices": [{}]}}}}"#,
                choices.join(", ")
            )
        }
    }
}

/// Reads a distribution: the three names of today, the five that releases before 3.0 wrote, and the
/// short form without a name.
///
/// # Errors
///
/// What is wrong with the text.
pub(crate) fn read_distribution(text: &str) -> Result<Distribution, String> {
    let json = read_json(text)?;
    let (name, attributes) = match (text_of(&json, "name"), json.get("attributes")) {
        (Some(name), Some(attributes)) => (name, attributes),
        _ => (text_of(&json, "type").ok_or("it has no name")?, &json),
    };
    let attributes = Attributes(attributes);
    match name {
        "FloatDistribution" | "float" => {
            attributes.float(attributes.flag("log")?, attributes.optional("step")?)
        }
        "UniformDistribution" => attributes.float(false, None),
        "LogUniformDistribution" => attributes.float(true, None),
        "DiscreteUniformDistribution" => attributes.float(false, Some(attributes.number("q")?)),
        "IntDistribution" | "int" => attributes.int(attributes.flag("log")?),
        "IntUniformDistribution" => attributes.int(false),
        "IntLogUniformDistribution" => attributes.int(true),
        "CategoricalDistribution" | "categorical" => attributes.choices(),
        other => Err(format!("its kind `{other}` is unknown")),
    }
}

fn empty(range: &Distribution) -> String {
    format!("no value lies in its range {range}")
}

fn text_of<'a>(json: &'a Json, key: &str) -> Option<&'a str> {
    match json.get(key) {
        Some(Json::Scalar(value)) => value.as_str(),
        _ => None,
    }
}

struct Attributes<'a>(&'a Json);

impl Attributes<'_> {
    fn float(&self, log: bool, step: Option<f64>) -> Result<Distribution, String> {
        let (low, high) = (self.number("low")?, self.number("high")?);
        let range = FloatDomain {
            low,
            high,
            step,
            log,
        };
        // What Optuna refuses: without these a grid has no end, or a logarithm no number.
        let is_grid =
            |step: f64| step > 0.0 && step.is_finite() && (high - low).is_finite() && !log;
        if low > high || (log && low <= 0.0) || !step.is_none_or(is_grid) {
            return Err(empty(&Distribution::Float(range)));
        }
        Ok(Distribution::Float(range.on_grid()))
    }

    fn int(&self, log: bool) -> Result<Distribution, String> {
        let (low, high) = (self.integer("low")?, self.integer("high")?);
        let step = if self.optional("step")?.is_some() {
            self.integer("step")?
        } else {
            1
        };
        if step < 1 || high < low || (log && (low < 1 || step > 1)) {
            return Err(empty(&Distribution::Int(IntDomain {
                low,
                high,
                step,
                log,
            })));
        }
        // In 128 bits: bounds of 64 bits may be further apart than 64 bits reach.
        let steps = (i128::from(high) - i128::from(low)) / i128::from(step);
        let end = i128::from(low) + steps * i128::from(step);
        let high = i64::try_from(end).unwrap_or(high);
        Ok(Distribution::Int(IntDomain {
            low,
            high,
            step,
            log,
        }))
    }

    fn choices(&self) -> Result<Distribution, String> {
        match self.0.get("choices") {
            Some(Json::Array(items)) if !items.is_empty() => {
                let choices: Vec<Value> = items.iter().cloned().map(Json::into_value).collect();
                Ok(Distribution::Categorical(choices.into()))
            }
            _ => Err("it has no choices".to_owned()),
        }
    }

    fn optional(&self, key: &str) -> Result<Option<f64>, String> {
        match self.0.get(key) {
            None | Some(Json::Scalar(Value::None)) => Ok(None),
            Some(_) => self.number(key).map(Some),
        }
    }

    fn number(&self, key: &str) -> Result<f64, String> {
        self.0
            .get(key)
            .and_then(Json::as_f64)
            .ok_or_else(|| format!("its `{key}` is no number"))
    }

    /// Optuna cuts bounds given as floats toward zero.
    #[allow(clippy::cast_possible_truncation, reason = "cutting is the rule")]
    fn integer(&self, key: &str) -> Result<i64, String> {
        match self.0.get(key) {
            Some(Json::Scalar(Value::Int(integer))) => Ok(*integer),
            _ => match self.number(key)? {
                number if number.is_finite() => Ok(number as i64),
                _ => Err(format!("its `{key}` is no integer")),
            },
        }
    }

    fn flag(&self, key: &str) -> Result<bool, String> {
        match self.0.get(key) {
            None => Ok(false),
            Some(Json::Scalar(Value::Bool(flag))) => Ok(*flag),
            Some(_) => Err(format!("its `{key}` is not true or false")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts that Optuna 5.0.0 wrote.
    const WRITTEN: &[&str] = &[
        r#"{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}"#,
        r#"{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 1.0, "log": true}}"#,
        r#"{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}"#,
        r#"{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 0, "high": 10}}"#,
        r#"{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 100}}"#,
        r#"{"name": "CategoricalDistribution", "attributes": {"choices": [null, true, 1, 1.5, "\u00e9"]}}"#,
        r#"{"name": "CategoricalDistribution", "attributes": {"choices": [NaN, -Infinity, 1180591620717411303424, [1, {"a": 2.0}]]}}"#,
    ];

    #[test]
    fn what_optuna_wrote_is_written_again_to_the_byte() {
        for text in WRITTEN {
            assert_eq!(write_distribution(&read_distribution(text).unwrap()), *text);
        }
    }

    #[test]
    fn older_and_shorter_forms_are_read() {
        let pairs = [
            (
                r#"{"name": "DiscreteUniformDistribution", "attributes": {"low": 0, "high": 1.0, "q": 0.25}}"#,
                WRITTEN[2],
            ),
            (
                r#"{"name": "LogUniformDistribution", "attributes": {"low": 1e-05, "high": 1.0}}"#,
                WRITTEN[1],
            ),
            (
                r#"{"name": "UniformDistribution", "attributes": {"low": 0.0, "high": 1.0}}"#,
                WRITTEN[0],
            ),
            (
                r#"{"name": "IntUniformDistribution", "attributes": {"low": 0, "high": 10, "step": 1}}"#,
                WRITTEN[3],
            ),
            (
                r#"{"name": "IntLogUniformDistribution", "attributes": {"low": 1, "high": 100, "step": 1}}"#,
                WRITTEN[4],
            ),
            (r#"{"type": "int", "low": 0.0, "high": 10.9}"#, WRITTEN[3]),
        ];
        for (text, modern) in pairs {
            assert_eq!(
                write_distribution(&read_distribution(text).unwrap()),
                modern
            );
        }
    }

    #[test]
    fn the_widest_bounds_are_read() {
        let text = r#"{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": -9223372036854775808, "high": 9223372036854775807}}"#;
        assert_eq!(write_distribution(&read_distribution(text).unwrap()), text);
    }

    #[test]
    fn what_python_could_not_read_is_refused() {
        let refused = [
            "{}",
            "7",
            r#"{"name": "NormalDistribution", "attributes": {"mu": 0}}"#,
            r#"{"name": "FloatDistribution", "attributes": {"low": 0.0}}"#,
            r#"{"name": "IntDistribution", "attributes": {"low": 0, "high": 4, "step": 0}}"#,
            r#"{"name": "IntDistribution", "attributes": {"low": 0, "high": 4, "log": true}}"#,
            r#"{"name": "IntDistribution", "attributes": {"low": 1, "high": 4, "step": 3, "log": true}}"#,
            r#"{"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 1.0, "step": 0.0}}"#,
            r#"{"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 1.0, "step": -0.5}}"#,
            r#"{"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 1.0, "step": Infinity}}"#,
            r#"{"name": "FloatDistribution", "attributes": {"low": 0.0, "high": Infinity, "step": 0.5}}"#,
            r#"{"name": "FloatDistribution", "attributes": {"low": 2.0, "high": 1.0}}"#,
            r#"{"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 1.0, "log": true}}"#,
            r#"{"name": "FloatDistribution", "attributes": {"low": 1.0, "high": 2.0, "step": 0.5, "log": true}}"#,
            r#"{"name": "DiscreteUniformDistribution", "attributes": {"low": 0, "high": 1, "q": 0}}"#,
            r#"{"name": "CategoricalDistribution", "attributes": {"choices": []}}"#,
        ];
        for text in refused {
            assert!(read_distribution(text).is_err(), "{text}");
        }
    }
}
