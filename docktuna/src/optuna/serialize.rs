//! From the user's values to [`Json`], so that one writer prints all that Python reads.
//!
//! serde_json's own writer turns NaN and the infinities into `null` before anybody is asked, and leaves
//! characters as they are, which a database in another encoding than UTF-8 cannot hold.

use std::fmt::Display;

use serde::ser::{self, Serialize, SerializeMap, SerializeSeq, SerializeStruct};

use super::json::{Json, read_json};
use crate::space::Value;

/// The JSON of a value, as Python's encoder prints it: with its tokens for NaN and the infinities, and
/// everything beyond ASCII escaped.
///
/// # Errors
///
/// What JSON cannot hold, or what the value itself refuses.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String, String> {
    match value.serialize(ToJson) {
        Ok(json) => Ok(json.to_text()),
        Err(Refusal(why)) => Err(why),
    }
}

/// Why there is no JSON.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refusal(String);

impl ser::Error for Refusal {
    fn custom<T: Display>(why: T) -> Self {
        Self(why.to_string())
    }
}

type Result<T, E = Refusal> = std::result::Result<T, E>;

fn scalar(value: impl Into<Value>) -> Result<Json> {
    Ok(Json::Scalar(value.into()))
}

fn text(text: &str) -> Result<Json> {
    scalar(text.to_owned())
}

/// `{variant: content}`, serde's form of an enum with data.
fn tagged(variant: &str, content: Json) -> Json {
    Json::Object(vec![(variant.to_owned(), content)])
}

struct ToJson;

macro_rules! integers {
    ($($function:ident($from:ty)),*) => {$(
        fn $function(self, number: $from) -> Result<Json> {
            match i64::try_from(number) {
                Ok(number) => scalar(number),
                // Python's integers have any size.
                Err(_) => Ok(Json::Scalar(Value::Json(number.to_string().into()))),
            }
        }
    )*};
}

impl ser::Serializer for ToJson {
    type Ok = Json;
    type Error = Refusal;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Members;
    type SerializeStruct = Members;
    type SerializeStructVariant = Members;

    integers!(
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_i128(i128),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_u128(u128)
    );

    fn serialize_bool(self, value: bool) -> Result<Json> {
        scalar(value)
    }

    /// By its own shortest text: 0.1 stays 0.1.
    fn serialize_f32(self, number: f32) -> Result<Json> {
        let shortest = number.to_string().parse();
        self.serialize_f64(shortest.unwrap_or_else(|_| number.into()))
    }

    fn serialize_f64(self, number: f64) -> Result<Json> {
        scalar(number)
    }

    fn serialize_char(self, value: char) -> Result<Json> {
        scalar(value.to_string())
    }

    fn serialize_str(self, value: &str) -> Result<Json> {
        text(value)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Json> {
        bytes.serialize(self)
    }

    fn serialize_none(self) -> Result<Json> {
        Ok(Json::Scalar(Value::None))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Json> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Json> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Json> {
        self.serialize_none()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Json> {
        text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Json> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Json> {
        Ok(tagged(variant, value.serialize(self)?))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items> {
        Ok(Items::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<Items> {
        Ok(Items::default())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items> {
        Ok(Items::default())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items> {
        Ok(Items {
            variant: Some(variant),
            ..Items::default()
        })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members> {
        Ok(Members::default())
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Members> {
        Ok(Members {
            is_raw: name.starts_with("$serde_json::private::"),
            ..Members::default()
        })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members> {
        Ok(Members {
            variant: Some(variant),
            ..Members::default()
        })
    }
}

/// A list in the making.
#[derive(Default)]
struct Items {
    variant: Option<&'static str>,
    items: Vec<Json>,
}

impl SerializeSeq for Items {
    type Ok = Json;
    type Error = Refusal;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.items.push(value.serialize(ToJson)?);
        Ok(())
    }

    fn end(self) -> Result<Json> {
        let list = Json::Array(self.items);
        Ok(match self.variant {
            Some(variant) => tagged(variant, list),
            None => list,
        })
    }
}

macro_rules! items_are {
    ($($trait:ident $function:ident),*) => {$(
        impl ser::$trait for Items {
            type Ok = Json;
            type Error = Refusal;

            fn $function<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                SerializeSeq::serialize_element(self, value)
            }

            fn end(self) -> Result<Json> {
                SerializeSeq::end(self)
            }
        }
    )*};
}
items_are!(SerializeTuple serialize_element, SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);

/// An object in the making.
#[derive(Default)]
struct Members {
    variant: Option<&'static str>,
    /// Whether this is how serde_json hands on a number or a text that is JSON already.
    is_raw: bool,
    key: Option<String>,
    members: Vec<(String, Json)>,
}

impl Members {
    fn add<T: Serialize + ?Sized>(&mut self, key: String, value: &T) -> Result<()> {
        let value = value.serialize(ToJson)?;
        self.members.push((key, value));
        Ok(())
    }

    fn finish(mut self) -> Result<Json> {
        if self.is_raw {
            return match self.members.pop() {
                Some((_, Json::Scalar(Value::Str(text)))) => read_json(&text).map_err(Refusal),
                _ => Err(Refusal("it holds a raw value without a text".to_owned())),
            };
        }
        let object = Json::Object(self.members);
        Ok(match self.variant {
            Some(variant) => tagged(variant, object),
            None => object,
        })
    }
}

impl SerializeMap for Members {
    type Ok = Json;
    type Error = Refusal;

    /// JSON's keys are texts; numbers and booleans become theirs.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.key = Some(match key.serialize(ToJson)? {
            Json::Scalar(Value::Str(text)) => text.into_owned(),
            key @ Json::Scalar(
                Value::Int(_) | Value::Json(_) | Value::Float(_) | Value::Bool(_),
            ) => key.to_text(),
            _ => {
                return Err(Refusal(
                    "a key of a map has to be a text or a number".to_owned(),
                ));
            }
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let key = self.key.take().unwrap_or_default();
        self.add(key, value)
    }

    fn end(self) -> Result<Json> {
        self.finish()
    }
}

impl SerializeStruct for Members {
    type Ok = Json;
    type Error = Refusal;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<()> {
        self.add(key.to_owned(), value)
    }

    fn end(self) -> Result<Json> {
        self.finish()
    }
}

impl ser::SerializeStructVariant for Members {
    type Ok = Json;
    type Error = Refusal;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<()> {
        self.add(key.to_owned(), value)
    }

    fn end(self) -> Result<Json> {
        self.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn json(value: impl Serialize) -> String {
        to_json(&value).unwrap()
    }

    #[test]
    fn numbers_keep_what_python_can_hold() {
        assert_eq!(json(f64::NAN), "NaN");
        assert_eq!(
            json([f64::INFINITY, f64::NEG_INFINITY, 1.0, 1e-5]),
            "[Infinity, -Infinity, 1.0, 1e-05]"
        );
        assert_eq!(
            json((0.1_f32, f32::NAN, f32::INFINITY)),
            "[0.1, NaN, Infinity]"
        );
        assert_eq!(
            json((-7_i8, u64::MAX, i128::MIN, true, Option::<u8>::None, ())),
            "[-7, 18446744073709551615, -170141183460469231731687303715884105728, true, null, null]"
        );
    }

    #[test]
    fn everything_beyond_ascii_is_escaped() {
        assert_eq!(json("é \u{1f600}\n"), r#""\u00e9 \ud83d\ude00\n""#);
        let map = BTreeMap::from([("é", 'ß')]);
        assert_eq!(json(map), r#"{"\u00e9": "\u00df"}"#);
        assert_eq!(
            json(serde_json::json!({"a": [null, "é"]})),
            r#"{"a": [null, "\u00e9"]}"#
        );
    }

    #[derive(serde::Serialize)]
    enum Shape {
        Unit,
        Newtype(u8),
        Tuple(u8, String),
        Struct { a: Option<f32> },
    }

    #[derive(serde::Serialize)]
    struct Nested {
        shapes: Vec<Shape>,
        newtype: Newtype,
        unit: Unit,
        raw: serde_json::Number,
    }

    #[derive(serde::Serialize)]
    struct Newtype(i64);

    #[derive(serde::Serialize)]
    struct Unit;

    #[test]
    fn types_have_the_form_that_serde_gives_them() {
        let nested = Nested {
            shapes: vec![
                Shape::Unit,
                Shape::Newtype(1),
                Shape::Tuple(2, "x".to_owned()),
                Shape::Struct { a: None },
            ],
            newtype: Newtype(-3),
            unit: Unit,
            raw: 7.into(),
        };
        assert_eq!(
            json(nested),
            r#"{"shapes": ["Unit", {"Newtype": 1}, {"Tuple": [2, "x"]}, {"Struct": {"a": null}}], "newtype": -3, "unit": null, "raw": 7}"#
        );
    }

    #[test]
    fn keys_are_texts() {
        assert_eq!(
            json(BTreeMap::from([(1, 'a'), (2, 'b')])),
            r#"{"1": "a", "2": "b"}"#
        );
        assert_eq!(
            json(BTreeMap::from([(false, u64::MAX)])),
            r#"{"false": 18446744073709551615}"#
        );
        let pairs = BTreeMap::from([((1, 2), 3)]);
        assert!(to_json(&pairs).unwrap_err().contains("key"));
    }
}
