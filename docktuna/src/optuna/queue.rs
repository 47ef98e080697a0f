//! What a trial of the queue brings with it.

use super::json::{Json, read_json};
use super::keys;
use crate::space::Value;

/// The system attribute of a queued trial with these values of parameters.
pub(crate) fn write_fixed_params(params: Vec<(String, Value)>) -> (String, String) {
    let members = params.into_iter();
    let members = members.map(|(name, value)| (name, Json::Scalar(value)));
    let json = Json::Object(members.collect()).to_text();
    (keys::FIXED_PARAMS.to_owned(), json)
}

/// The values of parameters that a queued trial's attribute brings.
///
/// # Errors
///
/// What is wrong with the text.
pub(crate) fn read_fixed_params(json: &str) -> Result<Vec<(String, Value)>, String> {
    let members = read_json(json)?.into_members();
    members.ok_or_else(|| "it is no JSON object".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by Optuna 5.0.0 for an `enqueue_trial` with these values.
    const FIXED: &str = r#"{"x": 0.5, "n\u00e4me": "a\"b", "n": 3, "b": true, "none": null, "f": 1e-07, "i": Infinity}"#;

    #[test]
    fn values_are_written_as_optuna_writes_them() {
        let params: [(&str, Value); 7] = [
            ("x", 0.5.into()),
            ("n\u{e4}me", "a\"b".into()),
            ("n", 3.into()),
            ("b", true.into()),
            ("none", Value::None),
            ("f", 1e-7.into()),
            ("i", f64::INFINITY.into()),
        ];
        let params = params.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(
            write_fixed_params(params.to_vec()),
            ("fixed_params".to_owned(), FIXED.to_owned())
        );
        let (mut params, mut read) = (params.to_vec(), read_fixed_params(FIXED).unwrap());
        params.sort_by(|a, b| a.0.cmp(&b.0));
        read.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(read, params);
        assert!(read_fixed_params("[]").is_err() && read_fixed_params("{").is_err());
    }
}
