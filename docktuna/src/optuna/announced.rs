//! What a running trial of Optuna's TPE announces before it draws.

use super::json::{Json, read_json};
use super::keys;
use crate::space::Value;

/// The values that a running trial announces: a JSON object cut into pieces, each an attribute that
/// `attribute` gives by its key. Empty if they do not come to one.
pub(crate) fn read_announced<'a>(
    attribute: impl Fn(&str) -> Option<&'a str>,
) -> Vec<(String, Value)> {
    let piece = |i: usize| attribute(&format!("{}{i}", keys::RELATIVE_PARAMS));
    let mut text = String::new();
    for piece in (0..).map_while(piece) {
        match read_json(piece) {
            Ok(Json::Scalar(Value::Str(part))) => text.push_str(&part),
            _ => return Vec::new(),
        }
    }
    let members = read_json(&text).ok().and_then(Json::into_members);
    members.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(pieces: &[(&str, &'static str)]) -> Vec<(String, Value)> {
        read_announced(|key| {
            pieces
                .iter()
                .find(|(k, _)| *k == key)
                .map(|(_, json)| *json)
        })
    }

    #[test]
    fn optunas_announcement_is_read() {
        // Written by Optuna 5.0.0's `TPESampler(multivariate=True)`.
        let whole = ("tpe:relative_params:0", r#""{\"x\": 1.9677609336132464}""#);
        let value = vec![("x".to_owned(), Value::Float(1.967_760_933_613_246_4))];
        assert_eq!(announced(&[whole]), value);
        // Longer ones come in pieces of one text.
        let first = ("tpe:relative_params:0", r#""{\"x\": 1.96776""#);
        let second = ("tpe:relative_params:1", r#""09336132464}""#);
        assert_eq!(announced(&[second, first]), value);
        assert_eq!(announced(&[first]), []);
        assert_eq!(announced(&[]), []);
    }
}
