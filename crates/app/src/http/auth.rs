//! Who asks: a person with a token, or a backend with its secret.

use std::{future::Future, pin::Pin, sync::Arc};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{AUTHORIZATION, HeaderValue},
    web,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;
use wechat_login_domain::{Error, SessionToken, use_case::Authenticated};

use super::{AppState, Problem, body::JsonBody};
use crate::{config::ApiClient, runtime::Panicked};

/// A person whose session is good.
pub(crate) struct SignedIn(pub(crate) Authenticated);

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let state = AppState::of(request);
        let sent = token(request, &state);
        let may_be_forged = !request.method().is_safe() && state.origins.may_be_forged(request);
        Box::pin(async move {
            let SentToken { token, by_cookie } = sent?;
            // Browsers send the cookie along whoever asks them to.
            if by_cookie && may_be_forged {
                return Err(Problem::of("cross_origin"));
            }
            let found = session_of(&state, &token).await??;
            Ok(Self(found))
        })
    }
}

/// The session of this token, which goes on by being seen.
///
/// # Errors
/// [`Panicked`] where renewing it did, and within, why the token opens none.
pub(crate) async fn session_of(
    state: &AppState,
    token: &SessionToken,
) -> Result<Result<Authenticated, Error>, Panicked> {
    let found = match state.use_cases.authenticate.run(token).await {
        Ok(found) if found.renewal.is_some() => found,
        as_it_is => return Ok(as_it_is),
    };
    let use_cases = Arc::clone(&state.use_cases);
    let renewing = state.runtime.run(async move {
        let session = use_cases.renew_session.run(&found).await;
        Authenticated { session, ..found }
    });
    renewing.await.map(Ok)
}

/// A person whose session is good, and the body that they sent. Whoever has no session is told that and nothing about the body.
pub(crate) struct SignedInWith<T>(pub(crate) Authenticated, pub(crate) T);

impl<T: DeserializeOwned + 'static> FromRequest for SignedInWith<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed_in = SignedIn::from_request(request, payload);
        let body = JsonBody::from_request(request, payload);
        Box::pin(async move {
            let SignedIn(found) = signed_in.await?;
            Ok(Self(found, body.await?.value))
        })
    }
}

/// A token as it came.
pub(crate) struct SentToken {
    pub(crate) token: SessionToken,
    by_cookie: bool,
}

/// The token of the header, or else the cookie's. A header of another scheme is not meant for us: a proxy in front may have asked for it.
pub(crate) fn token(request: &HttpRequest, state: &AppState) -> Result<SentToken, Problem> {
    let (text, by_cookie) = match bearer(request) {
        Some(text) => (text.to_owned(), false),
        None => (
            state
                .cookies
                .session_text(request)
                .ok_or_else(Problem::no_token)?,
            true,
        ),
    };
    let token = SessionToken::parse(&text).map_err(|_is_none| Error::Unauthenticated)?;
    Ok(SentToken { token, by_cookie })
}

/// Whether it is by a cookie that the request says whose it is, good or not.
pub(crate) fn is_by_cookie(request: &HttpRequest, state: &AppState) -> bool {
    bearer(request).is_none() && state.cookies.session_text(request).is_some()
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    credentials(request.headers().get(AUTHORIZATION)?, "bearer")
}

/// A backend that proved which one it is.
pub(crate) struct Backend(pub(crate) Arc<ApiClient>);

impl FromRequest for Backend {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let state = AppState::of(request);
        let proven = request
            .headers()
            .get(AUTHORIZATION)
            .and_then(|header| backend(header, &state.clients));
        std::future::ready(proven.map(Self).ok_or_else(|| Error::ClientUnauthorized.into()))
    }
}

/// A backend that proved which one it is, and the body that it sent. Whoever is none is told that and nothing about the body.
pub(crate) struct BackendWith<T>(pub(crate) Arc<ApiClient>, pub(crate) T);

impl<T: DeserializeOwned + 'static> FromRequest for BackendWith<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let backend = Backend::from_request(request, payload);
        let body = JsonBody::from_request(request, payload);
        Box::pin(async move {
            let Backend(client) = backend.await?;
            Ok(Self(client, body.await?.value))
        })
    }
}

/// HTTP Basic (RFC 7617). Every client is compared with, and all of its secret, so that time tells nothing.
fn backend(header: &HeaderValue, clients: &[Arc<ApiClient>]) -> Option<Arc<ApiClient>> {
    let decoded = STANDARD.decode(credentials(header, "basic")?).ok()?;
    let (name, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let mut found = None;
    for client in clients {
        let is_name = client.name.as_str().as_bytes().ct_eq(name.as_bytes());
        let is_secret = client.secret.expose_secret().as_bytes().ct_eq(secret.as_bytes());
        if bool::from(is_name & is_secret) {
            found = Some(Arc::clone(client));
        }
    }
    found
}

/// What follows the scheme, whose letter case does not matter (RFC 9110 section 11.1).
fn credentials<'a>(header: &'a HeaderValue, scheme: &str) -> Option<&'a str> {
    let (sent_scheme, credentials) = header.to_str().ok()?.split_once(' ')?;
    sent_scheme
        .eq_ignore_ascii_case(scheme)
        .then(|| credentials.trim())
}

impl AppState {
    /// The state that this request is served with.
    pub(crate) fn of(request: &HttpRequest) -> web::Data<Self> {
        web::Data::clone(
            request
                .app_data::<web::Data<Self>>()
                .expect("every server is built with its state"),
        )
    }
}
