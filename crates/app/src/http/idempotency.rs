//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a login that was sent twice is one login.

use std::future::Future;

use actix_web::{HttpRequest, HttpResponse, http::header::HeaderName};
use serde::{Deserialize, Serialize};
use wechat_login_domain::{
    Error, IdempotencyKey,
    use_case::{Answer, AnswerOnce},
};

static HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// An answer as it is kept: the body of a success, or the code of a failure that trying again would not change.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Success(String),
    Failure(String),
}

/// The request's key, where it has one.
///
/// # Errors
/// [`Error::InvalidRequest`] where it is no key.
pub(crate) fn key(request: &HttpRequest) -> Result<Option<IdempotencyKey>, Error> {
    let Some(value) = request.headers().get(&HEADER) else {
        return Ok(None);
    };
    let parsed = value
        .to_str()
        .ok()
        .and_then(|text| IdempotencyKey::parse(text).ok());
    parsed.map(Some).ok_or_else(|| {
        Error::invalid(
            "",
            format_args!("Idempotency-Key {}", wechat_login_domain::InvalidIdempotencyKey),
        )
    })
}

/// Does the work, or gives the answer that the same request got before.
///
/// # Errors
/// The work's own, or what [`AnswerOnce::claim`] says.
pub(crate) async fn answer<T: Serialize>(
    answer_once: &AnswerOnce,
    route: &str,
    key: Option<&IdempotencyKey>,
    body: &[u8],
    work: impl Future<Output = Result<T, Error>>,
) -> Result<Body, Error> {
    let Some(key) = key else {
        return work.await.map(|success| Body(json(&success)));
    };
    let claim = match answer_once.claim(route, key, body).await? {
        Answer::Give(claim) => claim,
        Answer::Kept(kept) => return replay(&kept),
    };
    let outcome = work.await.map(|success| json(&success));
    let kept = match &outcome {
        Ok(body) => Some(Kept::Success(body.clone())),
        Err(error) => is_final(error).then(|| Kept::Failure(error.code().to_owned())),
    };
    match kept {
        Some(kept) => answer_once.keep(claim, json(&kept).as_bytes()).await,
        None => answer_once.release(claim).await,
    }
    outcome.map(Body)
}

/// The JSON of a success.
pub(crate) struct Body(String);

impl Body {
    /// The JSON.
    pub(crate) fn json(&self) -> &str {
        &self.0
    }
}

impl From<Body> for HttpResponse {
    fn from(Body(json): Body) -> Self {
        Self::Ok().content_type("application/json").body(json)
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("our own types have only text for keys")
}

/// The failures that are the answer. Every other one may pass, and the next try counts again.
const FINAL: [fn() -> Error; 8] = [
    || Error::LoginCodeRejected,
    || Error::StateMismatch,
    || Error::LoginBlocked,
    || Error::UserDisabled,
    || Error::AccountClosing,
    || Error::UserNotFound,
    || Error::LoginMethodTaken,
    || Error::SessionKeyStale,
];

fn is_final(error: &Error) -> bool {
    FINAL.iter().any(|make| make().code() == error.code())
}

fn replay(kept: &[u8]) -> Result<Body, Error> {
    match serde_json::from_slice(kept) {
        Ok(Kept::Success(body)) => Ok(Body(body)),
        Ok(Kept::Failure(code)) => Err(FINAL
            .iter()
            .map(|make| make())
            .find(|error| error.code() == code)
            .unwrap_or(Error::LoginCodeRejected)),
        // Kept by another version: the code in it is spent.
        Err(_) => Err(Error::LoginCodeRejected),
    }
}
