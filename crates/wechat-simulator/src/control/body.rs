use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::rejection::Rejection;

/// A JSON object, whatever the `Content-Type` says: `curl -d` sends JSON as a form.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = Rejection;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Rejection>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|error| unreadable(&error))?;
            parse(&bytes).map(Self)
        })
    }
}

/// By way of a map, since serde would take an array for a struct.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Rejection> {
    let object: Map<String, Value> = serde_json::from_slice(bytes)
        .map_err(|error| Rejection::invalid(format!("The body must be a JSON object: {error}.")))?;
    serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| match error.path().iter().len() {
        0 => Rejection::invalid(format!("{}.", error.inner())),
        _ => Rejection::invalid(format!("\"{}\": {}.", error.path(), error.inner())),
    })
}

pub(super) fn unreadable(error: &actix_web::Error) -> Rejection {
    match error.as_response_error().status_code() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 64 KiB.")
        }
        _ => Rejection::invalid(format!("The body cannot be read: {error}.")),
    }
}
