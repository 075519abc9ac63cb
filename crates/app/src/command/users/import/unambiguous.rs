//! JSON in which no name stands twice in one object: which of two values is meant, nobody can tell.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value, error::Category};

/// Reads a line.
///
/// # Errors
/// What is wrong, without a word of the line.
pub(super) fn parse(line: &str) -> Result<Value, String> {
    let read: Result<Unambiguous, _> = serde_json::from_str(line);
    read.map(|Unambiguous(value)| value)
        .map_err(|error| match error.classify() {
            Category::Data => format!("has a name twice in one object, before column {}", error.column()),
            // serde_json's own words for a syntax error quote nothing of the line.
            _ => format!("is no JSON: {error}"),
        })
}

struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything).map(Self)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unambiguous(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some((name, Unambiguous(value))) = object.next_entry::<String, _>()? {
            if fields.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_read_as_it_is() {
        let value =
            json!({"a": [null, true, -1, 18_446_744_073_709_551_615_u64, 1.5, "小明\n"], "b": {"a": {}}});
        assert_eq!(parse(&value.to_string()), Ok(value));
    }

    #[test]
    fn a_name_may_stand_once_in_each_object() {
        for line in [
            r#"{"external_id":"1","external_id":"2"}"#,
            r#"{"external_id":"1","external\u005fid":null}"#,
            r#"{"wechat":[{"app_id":"wx1","openid":"oA","openid":"oB"}]}"#,
        ] {
            let fault = parse(line).unwrap_err();
            assert!(fault.starts_with("has a name twice in one object"), "{fault}");
        }
        assert!(parse(r#"{"a":1"#).unwrap_err().starts_with("is no JSON: "));
    }
}
