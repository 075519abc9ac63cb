//! One span around each request, one line at its end. Paths are shown as patterns: what fills them may be secret.

use std::time::Instant;

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
};
use tracing::{Span, field::Empty};
use tracing_actix_web::RootSpanBuilder;

use super::context::RequestId;

/// Builds the root span of a request.
pub(crate) struct Trace;

#[derive(Clone, Copy)]
struct Began(Instant);

impl RootSpanBuilder for Trace {
    fn on_request_start(request: &ServiceRequest) -> Span {
        request.extensions_mut().insert(Began(Instant::now()));
        let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
        let method = request.method().as_str();
        tracing::info_span!("request", request_id, http.method = method, http.route = Empty)
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let Ok(response) = outcome else { return };
        let request = response.request();
        let route = request.match_pattern();
        span.record("http.route", route.as_deref().unwrap_or("-"));
        let began = request.extensions().get::<Began>().copied();
        let duration_ms = began.map_or(0.0, |began| {
            (began.0.elapsed().as_secs_f64() * 1_000_000.0).round() / 1000.0
        });
        let status = response.status().as_u16();
        span.in_scope(|| {
            if response.status().is_server_error() {
                tracing::error!(http.status = status, duration_ms, "request failed");
            } else {
                tracing::info!(http.status = status, duration_ms, "request served");
            }
        });
    }
}
