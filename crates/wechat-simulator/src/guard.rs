//! Who may arrange the world: only what this machine's user asks for, and no website that they happen to visit.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError as _};
use url::{Host, Url};

use crate::rejection::Rejection;
use crate::server::State;

/// WeChat's own calls pass: whoever makes them shows a secret, and may have come by any name.
pub(crate) async fn check(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_ours = request.path() == "/" || request.path().starts_with("/simulator");
    let is_local = request
        .app_data::<Data<State>>()
        .is_some_and(|state| state.is_local);
    let refused = if is_ours && is_local && !has_local_host(request.headers()) {
        Some(
            "The simulator answers to localhost only: another name may be somebody else's who points it here.",
        )
    } else if *request.method() != Method::GET && comes_from_elsewhere(request.headers()) {
        Some("A page of another site may not do this.")
    } else {
        None
    };
    match refused {
        Some(why) => {
            let response = Rejection::new(StatusCode::FORBIDDEN, why).error_response();
            Ok(request.into_response(response))
        }
        None => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

fn has_local_host(headers: &HeaderMap) -> bool {
    let host = text(headers, &HOST).and_then(|host| Url::parse(&format!("http://{host}")).ok());
    match host.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.to_canonical().is_loopback(),
        None => false,
    }
}

/// Browsers say where a page's request comes from; other clients say nothing.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    let Some(origin) = text(headers, &ORIGIN) else {
        return false;
    };
    let own = text(headers, &HOST).unwrap_or_default();
    origin.split_once("://").is_none_or(|(_scheme, host)| host != own)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
