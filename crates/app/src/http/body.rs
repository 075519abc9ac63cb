//! Bodies: JSON, whole, small, in time, and without an identity in it.

use std::{future::Future, pin::Pin, time::Duration};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header::{CONTENT_LENGTH, CONTENT_TYPE},
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};
use serde_path_to_error::Segment;
use wechat_login_domain::{Error, FieldFault};

use super::Problem;

const LARGEST: usize = 64 * 1024;
/// actix-web waits for a body for ever.
const DEADLINE: Duration = Duration::from_secs(4);

/// A JSON object of this form, and the bytes that it was read from.
#[derive(Debug)]
pub(crate) struct JsonBody<T> {
    pub(crate) value: T,
    pub(crate) bytes: Bytes,
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = whole(request, payload, "application/json");
        Box::pin(async move {
            let bytes = bytes.await?;
            let value = parse(&bytes).map_err(Problem::from)?;
            Ok(Self { value, bytes })
        })
    }
}

/// The same where every field may be left out: who sends nothing at all, and does not say of what type it is, leaves all of them out.
#[derive(Debug)]
pub(crate) struct JsonBodyIfAny<T>(pub(crate) T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBodyIfAny<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if request.headers().contains_key(CONTENT_TYPE) {
            let body = JsonBody::from_request(request, payload);
            return Box::pin(async move { Ok(Self(body.await?.value)) });
        }
        // The type of a request that names none.
        let bytes = whole(request, payload, "");
        Box::pin(async move {
            if !bytes.await?.is_empty() {
                return Err(Problem::of("unsupported_media_type"));
            }
            Ok(Self(parse(b"{}")?))
        })
    }
}

/// The whole body, where it is of this type, small, and in time.
pub(crate) fn whole(
    request: &HttpRequest,
    payload: &mut Payload,
    media_type: &str,
) -> impl Future<Output = Result<Bytes, Problem>> + use<> {
    let is_wanted = request.content_type().trim().eq_ignore_ascii_case(media_type);
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let payload = payload.take();
    async move {
        if !is_wanted {
            return Err(Problem::of("unsupported_media_type"));
        }
        if announced.is_some_and(|length: u64| length > LARGEST as u64) {
            return Err(Problem::of("payload_too_large"));
        }
        tokio::time::timeout(DEADLINE, read(payload))
            .await
            .map_err(|_elapsed| Problem::of("request_timeout"))?
    }
}

async fn read(mut payload: Payload) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|_cut_off| Problem::from(Error::invalid("", "the body did not arrive whole")))?;
        if body.len() + chunk.len() > LARGEST {
            return Err(Problem::of("payload_too_large"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Reads a JSON object.
///
/// # Errors
/// [`Error::InvalidRequest`] with the field at fault, and never with its value.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    // serde takes an array for a struct.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(Error::invalid("", "must be a JSON object"));
    }
    let IdentityFields(claimed) = serde_json::from_slice(bytes)
        .map_err(|_tells_nothing_useful| Error::invalid("", "must be a JSON object"))?;
    if !claimed.is_empty() {
        let message = "who somebody is comes from WeChat and never from the client: leave it out";
        let fault = |name: String| FieldFault::new(format!("/{name}"), message);
        return Err(Error::InvalidRequest(claimed.into_iter().map(fault).collect()));
    }
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(bytes)).map_err(|error| {
        let mut pointer = pointer(error.path());
        let text = error.inner().to_string();
        let named = |prefix: &str| text.strip_prefix(prefix)?.split('`').next().map(str::to_owned);
        let message = if let Some(field) = named("missing field `") {
            pointer.push('/');
            pointer.push_str(&field);
            "is required".to_owned()
        } else if let Some(field) = named("duplicate field `") {
            pointer.push('/');
            pointer.push_str(&field);
            "is there twice".to_owned()
        } else if let Some((_value, expected)) = text.rsplit_once(", expected ") {
            // From the right: the value stands left of it, and may hold anything.
            match expected.split(" at line ").next() {
                Some(named) if !named.starts_with("struct ") => format!("must be {named}"),
                _ => "must be an object".to_owned(),
            }
        } else {
            "is not valid".to_owned()
        };
        Error::invalid(pointer, message)
    })
}

/// An object or nothing. serde would take an array for a struct here too.
///
/// # Errors
/// Where it is anything else, or the object is not a `T`.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    struct ObjectOrNull<T>(std::marker::PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectOrNull<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            T::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Some)
        }
    }

    deserializer.deserialize_any(ObjectOrNull(std::marker::PhantomData))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use std::fmt::Write;
    path.iter().fold(String::new(), |mut pointer, segment| {
        let _ = match segment {
            Segment::Map { key } => write!(pointer, "/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Seq { index } => write!(pointer, "/{index}"),
            Segment::Enum { .. } | Segment::Unknown => Ok(()),
        };
        pointer
    })
}

/// The fields of an object that say who somebody is.
struct IdentityFields(Vec<String>);

impl<'de> Deserialize<'de> for IdentityFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = IdentityFields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut found = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry::<String, _>()? {
                    let plain = key.replace('_', "").to_ascii_lowercase();
                    if matches!(plain.as_str(), "openid" | "unionid" | "userid" | "sessionkey") {
                        found.push(key);
                    }
                }
                Ok(IdentityFields(found))
            }
        }

        deserializer.deserialize_map(Keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read is asked")]
    struct Form {
        code: String,
        flag: Option<bool>,
        #[serde(default, deserialize_with = "object")]
        nested: Option<Nested>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read is asked")]
    struct Nested {
        #[serde(alias = "encryptedData")]
        encrypted_data: String,
    }

    fn fault(body: &str) -> (String, String) {
        match parse::<Form>(body.as_bytes()) {
            Err(Error::InvalidRequest(faults)) => (faults[0].pointer.clone(), faults[0].message.clone()),
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn a_fault_names_its_field_and_not_its_value() {
        for (body, pointer, message) in [
            ("", "", "must be a JSON object"),
            ("null", "", "must be a JSON object"),
            ("[\"secret\"]", "", "must be a JSON object"),
            ("{\"code\":\"secret\"", "", "must be a JSON object"),
            ("{\"code\":\"secret\"} x", "", "must be a JSON object"),
            ("{\"code\":\"\\ud800\"}", "/code", "is not valid"),
            ("{}", "/code", "is required"),
            ("{\"code\":1234}", "/code", "must be a string"),
            ("{\"code\":[\"secret\"]}", "/code", "must be a string"),
            ("{\"code\":\"a\",\"code\":\"b\"}", "/code", "is there twice"),
            (
                "{\"code\":\"a\",\"flag\":\"x, expected SECRET\"}",
                "/flag",
                "must be a boolean",
            ),
            (
                "{\"code\":\"a\",\"nested\":[\"SECRET\"]}",
                "/nested",
                "must be an object",
            ),
            (
                "{\"code\":\"a\",\"nested\":\"SECRET\"}",
                "/nested",
                "must be an object",
            ),
            (
                "{\"code\":\"a\",\"nested\":{}}",
                "/nested/encrypted_data",
                "is required",
            ),
            (
                "{\"code\":\"a\",\"nested\":{\"encryptedData\":true}}",
                "/nested/encryptedData",
                "must be a string",
            ),
        ] {
            assert_eq!(fault(body), (pointer.to_owned(), message.to_owned()), "{body}");
        }
    }

    #[test]
    fn an_identity_in_the_body_is_refused_however_it_is_spelt() {
        for field in [
            "openid",
            "openId",
            "unionid",
            "unionId",
            "user_id",
            "userId",
            "session_key",
            "sessionKey",
        ] {
            let (pointer, _) = fault(&format!("{{\"code\":\"a\",\"{field}\":\"victim\"}}"));
            assert_eq!(pointer, format!("/{field}"));
        }
    }

    #[test]
    fn unknown_fields_are_left_alone() {
        assert!(parse::<Form>(br#" {"code":"a","something":{"openid":"new"}} "#).is_ok());
    }
}
