//! What a failure needs to know of the request that it answers.
//!
//! A failure can come from anywhere (an extractor, a handler, a panic, an address that nobody serves), and most of those places do not have
//! the request at hand. So it is noted for the task that serves the request, around everything else.

use std::{panic::AssertUnwindSafe, rc::Rc, sync::Arc};

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::header::{self, HeaderName, HeaderValue},
    middleware::Next,
    web,
};
use futures_util::FutureExt;

use super::{
    AppState, Problem,
    pages::{self, Visit},
    preference::preferences,
};
use crate::config::Language;

tokio::task_local! {
    static CONTEXT: Rc<Context>;
}

/// The header that carries a request's id, in and out.
pub(crate) static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request, as its failures speak of it.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) request_id: String,
    pub(crate) path: String,
    pub(crate) language: Language,
    pub(crate) public_url: Arc<str>,
    /// Where the answer is shown in a browser's window.
    pub(crate) visit: Option<Visit>,
}

/// The request's id, for the log.
#[derive(Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// The request that this task serves.
pub(crate) fn current() -> Rc<Context> {
    CONTEXT
        .try_with(Rc::clone)
        .unwrap_or_else(|_outside_of_a_request| {
            Rc::new(Context {
                request_id: String::new(),
                path: String::new(),
                language: Language::Chinese,
                public_url: Arc::default(),
                visit: None,
            })
        })
}

/// Around everything: notes the request, makes a failure of a panic, and adds the headers that every answer has.
pub(crate) async fn around<B: MessageBody + 'static>(
    state: web::Data<AppState>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let request_id = request_id(&request, &state);
    request.extensions_mut().insert(RequestId(request_id.clone()));
    let language = language(request.headers(), state.default_language);
    let context = Rc::new(Context {
        request_id: request_id.clone(),
        path: request.path().to_owned(),
        language,
        public_url: Arc::clone(&state.public_url),
        visit: pages::visit(request.request(), &state, language),
    });
    let served = CONTEXT.scope(context, async {
        let outcome = AssertUnwindSafe(next.call(request)).catch_unwind().await;
        // The error becomes a response here, while its request is known.
        let error = match outcome {
            Ok(Ok(response)) => return Ok::<_, Error>(response),
            Ok(Err(error)) => error,
            Err(_the_hook_logged_it) => Problem::internal().into(),
        };
        let mut response = error.error_response();
        add_headers(response.headers_mut(), &request_id);
        Err(InternalError::from_response(error, response).into())
    });
    let mut response = served.await?;
    add_headers(response.headers_mut(), &request_id);
    Ok(response)
}

fn add_headers(headers: &mut header::HeaderMap, request_id: &str) {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID.clone(), value);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// The id that came with the request, where it can stand in a log as it is, or a new one.
fn request_id(request: &ServiceRequest, state: &AppState) -> String {
    let is_plain = |text: &&str| {
        let allowed = |b: u8| b.is_ascii_graphic() && !b"\"\\<>".contains(&b);
        (1..=128).contains(&text.len()) && text.bytes().all(allowed)
    };
    let sent = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(is_plain);
    sent.map_or_else(
        || {
            let mut random = [0; 16];
            state.entropy.fill(&mut random);
            uuid::Builder::from_random_bytes(random).into_uuid().to_string()
        },
        str::to_owned,
    )
}

/// The language that the request likes best among those that we speak (RFC 9110 section 12.5.4).
fn language(headers: &header::HeaderMap, default: Language) -> Language {
    let mut accepted: Vec<_> = preferences(headers, header::ACCEPT_LANGUAGE)
        // "q=0" is "anything but this".
        .filter(|preference| preference.weight > 0.0)
        .collect();
    accepted.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    accepted
        .into_iter()
        .find_map(|preference| match preference.what {
            "*" => Some(default),
            tag => Language::from_tag(tag),
        })
        .unwrap_or(default)
}
