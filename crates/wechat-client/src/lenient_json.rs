//! WeChat's JSON, which not always is JSON.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The object that an answer holds, whatever its headers say. Nicknames bring raw control characters and broken UTF-8
/// along, and halves of surrogate pairs; none of it may cost the person the login.
///
/// A control character becomes a space and not nothing: between tokens it is the same, and in an identifier it makes it
/// invalid instead of another one.
pub(crate) fn object(body: &[u8]) -> Option<Map<String, Value>> {
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.replace(|c: char| c < ' ', " ");
    let text = without_lone_surrogates(&text);
    match serde_json::from_str(&text) {
        Ok(Once(Value::Object(object))) => Some(object),
        _ => None,
    }
}

/// Makes `\ud83d` and the like `\ufffd` where the other half is missing: a nickname that was cut to a length ends so.
fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let mut rest = text;
    // A backslash stands in strings only, so there is no need to know where one begins.
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        mended.push_str(before);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                mended.push_str("\\ufffd");
                rest = &escape[6..];
                continue;
            }
            // The backslash alone would make the second of `\\` the first of an escape.
            _ => escape.char_indices().nth(2).map_or(escape.len(), |(end, _)| end),
        };
        mended.push_str(&escape[..length]);
        rest = &escape[length..];
    }
    if mended.is_empty() {
        return Cow::Borrowed(text);
    }
    mended.push_str(rest);
    Cow::Owned(mended)
}

/// The UTF-16 unit of the `\u` with four digits that the text begins with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    // `from_str_radix` takes a sign for a digit.
    let is_hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_hexadecimal.then(|| u16::from_str_radix(digits, 16).ok())?
}

/// JSON whose objects say everything once, however deep they lie. Of two openids, which one would it be?
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceEach).map(Self)
    }
}

struct OnceEach;

impl<'de> Visitor<'de> for OnceEach {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without an object that has a key twice")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Once(value)) = access.next_element()? {
            array.push(value);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Once(value))) = access.next_entry()? {
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("a key comes twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

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
            (br#"{"nickname":"a\ud83d"}"#, "a\u{fffd}"),
            (br#"{"nickname":"\uDC3Ca"}"#, "\u{fffd}a"),
            (br#"{"nickname":"\ud83d\ud83d\udc3c"}"#, "\u{fffd}🐼"),
            (br#"{"nickname":"\ud83d\\udc3c"}"#, "\u{fffd}\\udc3c"),
            (br#"{"nickname":"\\ud83d"}"#, "\\ud83d"),
            (br#"{"nickname":"\ud83d\""}"#, "\u{fffd}\""),
            ("{\"nickname\":\"\\ud83d张\"}".as_bytes(), "\u{fffd}张"),
            (long.as_bytes(), &"好".repeat(10_000)),
        ] {
            assert_eq!(nickname(body).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_key_may_come_again_in_another_object() {
        let text = r#"{"a":{"a":[{"a":-1},{"a":1.5}]},"b":{"a":"","b":[null,true,18446744073709551615]}}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(object(text.as_bytes()).as_ref(), expected.as_object());
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
            "{\"a\":{\"b\":1,\"b\":1}}",
            "{\"a\":[{\"b\":{\"c\":null,\"c\":null}}]}",
            r#"{"a":"\ud8"}"#,
            r#"{"a":"\u+d80"}"#,
            r#"{"a":"\"#,
            r#"{"a":"\张"}"#,
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
        fn every_sequence_of_escaped_units_is_what_utf_16_makes_of_it(
            units in proptest::collection::vec(prop_oneof![any::<u16>(), 0xd7fe..0xe002_u16], 0..20)
        ) {
            let mut escaped = String::new();
            for unit in &units {
                write!(escaped, "\\u{unit:04x}").unwrap();
            }
            let body = format!("{{\"nickname\":\"{escaped}\"}}");
            prop_assert_eq!(nickname(body.as_bytes()), Some(String::from_utf16_lossy(&units)));
        }

        #[test]
        fn whatever_stands_around_an_escape_stays(text in r"([a\\/u张]|\PC|\\ud83d|\\udc3c){0,12}") {
            let mended = without_lone_surrogates(&text);
            prop_assert_eq!(without_lone_surrogates(&mended), mended.as_ref());
            if !text.contains("\\ud") {
                prop_assert_eq!(mended, text.as_str());
            }
        }

        #[test]
        fn what_is_json_already_stays_as_it_is(text in "[^\u{0}-\u{1f}]*") {
            let body = serde_json::json!({"nickname": text}).to_string();
            prop_assert_eq!(nickname(body.as_bytes()), Some(text));
        }
    }
}
