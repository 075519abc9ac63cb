//! WeChat's JSON, which not always is JSON.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The object that an answer holds, whatever its headers say. Nicknames bring raw control characters and broken UTF-8
/// along, and neither may cost the person the login.
///
/// A control character becomes a space and not nothing: between tokens it is the same, and in an identifier it makes it
/// invalid instead of another one.
pub(crate) fn object(body: &[u8]) -> Option<Map<String, Value>> {
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.replace(|c: char| c < ' ', " ");
    serde_json::from_str(&text).ok().map(|Object(object)| object)
}

/// An object that says everything once. Of two openids, which one would it be?
struct Object(Map<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OnceEach)
    }
}

struct OnceEach;

impl<'de> Visitor<'de> for OnceEach {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object that has no key twice")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Object, A::Error> {
        let mut object = Map::new();
        while let Some((key, value)) = access.next_entry()? {
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("a key comes twice"));
            }
        }
        Ok(Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nickname(body: &[u8]) -> Option<String> {
        object(body)?.get("nickname")?.as_str().map(str::to_owned)
    }

    #[test]
    fn what_nicknames_bring_along_is_survived() {
        let long = format!("{{\"nickname\":\"{}\"}}", "好".repeat(10_000));
        for (body, expected) in [
            (&b"{\"nickname\":\"a\x14b\"}"[..], "a b"),
            (b"{\"nickname\":\"a\0b\"}", "a b"),
            (b"{\"nickname\":\"a\xff\xfeb\"}", "a\u{fffd}\u{fffd}b"),
            (b"\xef\xbb\xbf{\"nickname\":\"a\"}", "a"),
            (b"\r\n{\t\"nickname\"\n: \"a\"\r\n}\n", "a"),
            (br#"{"nickname":"a\/b"}"#, "a/b"),
            ("{\"nickname\":\"张三\"}".as_bytes(), "张三"),
            (long.as_bytes(), &"好".repeat(10_000)),
        ] {
            assert_eq!(nickname(body).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_no_object_is_none() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        for body in [
            "",
            "null",
            "[]",
            "\"a\"",
            "1",
            "{",
            "{}{}",
            "{\"a\":1,}",
            "{\"a\":1,\"a\":1}",
            &deep,
        ] {
            assert_eq!(object(body.as_bytes()), None, "{body:.40}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body: Vec<u8>) {
            let _ = object(&body);
        }

        #[test]
        fn no_text_in_a_value_makes_it_panic(text: String) {
            let _ = object(format!("{{\"nickname\":\"{text}\"}}").as_bytes());
        }

        #[test]
        fn what_is_json_already_stays_as_it_is(text in "[^\u{0}-\u{1f}]*") {
            let body = serde_json::json!({"nickname": text}).to_string();
            prop_assert_eq!(nickname(body.as_bytes()), Some(text));
        }
    }
}
