use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// JSON that keeps the order of its keys, and may have one twice.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Object(Object),
    List(Vec<Json>),
    Text(String),
    /// A number, a truth value or null.
    Other(Value),
}

pub(crate) type Object = Vec<(String, Json)>;

impl Json {
    /// Shows each object to `change`, the inner ones first: what it adds is not shown again.
    pub(super) fn each_object(&mut self, change: &mut impl FnMut(&mut Object)) {
        match self {
            Self::Object(object) => {
                for (_, value) in object.iter_mut() {
                    value.each_object(change);
                }
                change(object);
            }
            Self::List(values) => values.iter_mut().for_each(|value| value.each_object(change)),
            Self::Text(_) | Self::Other(_) => {}
        }
    }

    /// The first text that is the value of a key for which `is_wanted` holds.
    pub(super) fn first_text(&mut self, is_wanted: fn(&str) -> bool) -> Option<&mut String> {
        let Self::Object(object) = self else {
            return None;
        };
        object.iter_mut().find_map(|(key, value)| match value {
            Self::Text(text) => is_wanted(key).then_some(text),
            value => value.first_text(is_wanted),
        })
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        match value {
            Value::Object(object) => Self::Object(
                object
                    .into_iter()
                    .map(|(key, value)| (key, value.into()))
                    .collect(),
            ),
            Value::Array(values) => Self::List(values.into_iter().map(Self::from).collect()),
            Value::String(text) => Self::Text(text),
            other => Self::Other(other),
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(object) => serializer.collect_map(object.iter().map(|(key, value)| (key, value))),
            Self::List(values) => values.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
                let mut object = Object::new();
                while let Some(entry) = map.next_entry()? {
                    object.push(entry);
                }
                Ok(Json::Object(object))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(Json::List(values))
            }

            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(Json::Text(text.to_owned()))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json::Other(value.into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
                Ok(Json::Other(number.into()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
                Ok(Json::Other(number.into()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
                Ok(Json::Other(number.into()))
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Other(Value::Null))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_in_the_same_order() {
        let text = r#"{"b":"é","a":[1,-2,2.5,null,true,{"a":{},"a":[]}]}"#;
        let json: Json = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&json).unwrap(), text);
    }

    #[test]
    fn a_value_becomes_the_json_that_is_read_from_its_text() {
        let value = serde_json::json!({"a": ["x", 1, null], "b": {"c": false}});
        let read: Json = serde_json::from_str(&value.to_string()).unwrap();
        assert_eq!(Json::from(value), read);
    }
}
