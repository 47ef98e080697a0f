//! JSON as Python's encoder writes it.
//!
//! Python writes bare `NaN` and `Infinity`, integers of any size and lone surrogates, none of which
//! a strict parser takes. Reading therefore marks them first: such a token becomes a text that
//! starts with a mark, a stored text that starts with this character gets another one, and both are
//! turned back afterwards.

use serde_json::Value as Strict;

use crate::space::Value;

/// Starts the texts that stand for tokens strict JSON does not have.
const MARK: char = '\u{fdd0}';
const MARK_UNIT: u16 = 0xfdd0;

/// A JSON value with Python's extensions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    /// A single value; what strict JSON cannot say is [`Value::Json`].
    Scalar(Value),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The member of an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Scalar(Value::Json(digits)) => digits.parse().ok(),
            Self::Scalar(value) => value.as_f64(),
            _ => None,
        }
    }

    /// As a parameter's value; lists and objects keep their text.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Scalar(value) => value,
            other => Value::Json(other.to_text().into()),
        }
    }

    /// The members of an object, if this is one, as values of parameters.
    #[cfg(feature = "storage")]
    pub(crate) fn into_members(self) -> Option<Vec<(String, Value)>> {
        let Self::Object(members) = self else {
            return None;
        };
        let members = members.into_iter();
        Some(
            members
                .map(|(name, json)| (name, json.into_value()))
                .collect(),
        )
    }

    /// The text, as Python's encoder prints it.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Scalar(value) => write_value(value),
            Self::Array(items) => {
                let items: Vec<String> = items.iter().map(Self::to_text).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| format!("{}: {}", write_json_text(name), value.to_text()))
                    .collect();
                format!("{{{}}}", members.join(", "))
            }
        }
    }
}

/// Reads JSON that Python may have written.
///
/// # Errors
///
/// What is wrong with the text, and where.
pub(crate) fn read_json(text: &str) -> Result<Json, String> {
    let strict: Strict = serde_json::from_str(&marked(text)).map_err(|error| error.to_string())?;
    unmarked(strict)
}

/// A value as Python's encoder prints it.
pub(crate) fn write_value(value: &Value) -> String {
    match value {
        Value::None => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Float(v) => write_float(*v),
        Value::Str(text) => write_json_text(text),
        Value::Json(text) => text.clone().into_owned(),
    }
}

/// A text as Python's encoder prints it: everything beyond ASCII escaped.
pub(crate) fn write_json_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
    out
}

/// A float as Python prints it: the shortest text that reads back as the same number, with an
/// exponent below 1e-4 and from 1e16 on.
pub(crate) fn write_float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..16).contains(&exponent) && number != 0.0 => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{number:?}"),
    }
}

fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '"' => quoted(rest, &mut out),
            '-' | '0'..='9' | 'A'..='Z' => {
                let end = rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)))
                    .unwrap_or(rest.len());
                token(&rest[..end], &mut out);
                end
            }
            _ => {
                out.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

/// Copies a quoted text and returns its length; escapes of lone surrogates become U+FFFD.
fn quoted(rest: &str, out: &mut String) -> usize {
    let bytes = rest.as_bytes();
    let unit = |at: usize| {
        (rest.get(at..at + 2) == Some("\\u"))
            .then(|| rest.get(at + 2..at + 6))
            .flatten()
            .and_then(|digits| u16::from_str_radix(digits, 16).ok())
    };
    out.push('"');
    if rest[1..].starts_with(MARK) || unit(1) == Some(MARK_UNIT) {
        out.push(MARK);
    }
    let (mut at, mut copied) = (1, 1);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                out.push_str(&rest[copied..=at]);
                return at + 1;
            }
            b'\\' => match unit(at) {
                Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => at += 12,
                Some(0xd800..=0xdfff) => {
                    out.push_str(&rest[copied..at]);
                    out.push_str("\\ufffd");
                    at += 6;
                    copied = at;
                }
                _ => at += 2,
            },
            _ => at += 1,
        }
    }
    out.push_str(&rest[copied..]);
    rest.len()
}

fn token(token: &str, out: &mut String) {
    let digits = token.strip_prefix('-').unwrap_or(token);
    let big = digits.len() > 18
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && token.parse::<i64>().is_err();
    if big || matches!(token, "NaN" | "Infinity" | "-Infinity") {
        out.push('"');
        out.push(MARK);
        out.push_str(token);
        out.push('"');
    } else {
        out.push_str(token);
    }
}

fn unmarked(strict: Strict) -> Result<Json, String> {
    Ok(match strict {
        Strict::Null => Json::Scalar(Value::None),
        Strict::Bool(b) => Json::Scalar(Value::Bool(b)),
        Strict::Number(number) => Json::Scalar(match number.as_i64() {
            Some(integer) => Value::Int(integer),
            None => number
                .as_f64()
                .map_or_else(|| Value::Json(number.to_string().into()), Value::Float),
        }),
        Strict::String(text) => Json::Scalar(match text.strip_prefix(MARK) {
            None => Value::Str(text.into()),
            Some(text) if text.starts_with(MARK) => Value::Str(text.to_owned().into()),
            Some("NaN") => Value::Float(f64::NAN),
            Some("Infinity") => Value::Float(f64::INFINITY),
            Some("-Infinity") => Value::Float(f64::NEG_INFINITY),
            Some(digits) => Value::Json(digits.to_owned().into()),
        }),
        Strict::Array(items) => {
            Json::Array(items.into_iter().map(unmarked).collect::<Result<_, _>>()?)
        }
        Strict::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let name = match name.strip_prefix(MARK) {
                    None => name,
                    Some(text) if text.starts_with(MARK) => text.to_owned(),
                    Some(token) => return Err(format!("the key {token} is no text")),
                };
                Ok((name, unmarked(value)?))
            });
            Json::Object(members.collect::<Result<_, _>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_printed_as_python_prints_them() {
        let pairs = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (1e-5, "1e-05"),
            (1e-4, "0.0001"),
            (1.5e-7, "1.5e-07"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.25e100, "1.25e+100"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::INFINITY, "Infinity"),
        ];
        for (number, text) in pairs {
            assert_eq!(write_float(number), text);
        }
    }

    #[test]
    fn texts_are_escaped_as_python_escapes_them() {
        assert_eq!(
            write_json_text("é\u{1f600}\0\"\\\n\u{7f}"),
            r#""\u00e9\ud83d\ude00\u0000\"\\\n\u007f""#
        );
    }

    #[test]
    fn what_only_python_writes_is_read() {
        let json = read_json(
            r#"{"a": [NaN, -Infinity, 1180591620717411303424, 1, 1.0, "NaN, \"Infinity"], "b": "x\ud800y", "c": "\ud83d\ude00"}"#,
        )
        .unwrap();
        let Some(Json::Array(items)) = json.get("a") else {
            panic!("{json:?}")
        };
        assert!(items[0].as_f64().unwrap().is_nan());
        assert_eq!(items[1].as_f64(), Some(f64::NEG_INFINITY));
        assert_eq!(
            items[2],
            Json::Scalar(Value::Json("1180591620717411303424".into()))
        );
        assert_eq!(items[3], Json::Scalar(Value::Int(1)));
        assert_eq!(items[4], Json::Scalar(Value::Float(1.0)));
        assert_eq!(items[5], Json::Scalar("NaN, \"Infinity".into()));
        assert_eq!(json.get("b"), Some(&Json::Scalar("x\u{fffd}y".into())));
        assert_eq!(json.get("c"), Some(&Json::Scalar("\u{1f600}".into())));
    }

    /// A text cannot pass for a token.
    #[test]
    fn texts_that_start_with_the_mark_stay_texts() {
        for text in ["\u{fdd0}NaN", "\u{fdd0}", "\u{fdd0}\u{fdd0}x"] {
            let json = Json::Object(vec![(text.to_owned(), Json::Scalar(text.into()))]);
            assert_eq!(read_json(&json.to_text()), Ok(json.clone()));
            let raw = format!("{{\"{text}\": \"{text}\"}}");
            assert_eq!(read_json(&raw), Ok(json));
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "nan",
            "{",
            "\"",
            "\"\\",
            "\"\\ud800",
            "[1,]",
            "--1",
            "1 2",
            "--12345678901234567890",
            "012345678901234567890",
            "{NaN: 1}",
            "{12345678901234567890: 1}",
        ] {
            assert!(read_json(text).is_err(), "{text}");
        }
    }
}
