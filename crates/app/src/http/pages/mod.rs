//! What people see of the service in a browser: pages that work without a script, in their language.

mod account;
mod ago;
mod assets;
mod browser;
mod consent;
mod device;
mod failure;
mod frame;
mod home;
mod layout;
mod login;
mod look;
mod top;
mod visit;
mod who;
mod words;

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, Resource, Route, guard,
    web::{self, ServiceConfig},
};

pub(crate) use self::{
    browser::Browser, failure::Wish, failure::show as failure, look::Look, top::out_of_frame, visit::Visit,
};
use super::{AppState, Problem, resource, web_login};
use crate::config::Language;

/// The visit, where what asks is a browser's window, and the address is one that people go to.
///
/// Backends and front ends never take HTML by name, and get problems in JSON. Where WeChat sends people back, it is the other way round: what
/// comes there is a person, unless it asks for JSON by name.
pub(crate) fn visit(request: &HttpRequest, state: &AppState, accepted: Language) -> Option<Visit> {
    let path = request.path();
    let is_for_people = !path.starts_with("/v1/") || path == "/v1/login" || path.starts_with("/v1/login/");
    let is_page = if web_login::callback::PATHS.contains(&path) {
        !visit::prefers_json(request.headers())
    } else {
        is_for_people && visit::wants_page(request.headers())
    };
    is_page.then(|| Visit::new(request, &state.look, accepted))
}

/// Whether there is nothing that this browser's person has to agree to first. Front ends with pages of their own see to that themselves.
pub(crate) fn has_agreed(request: &HttpRequest, state: &AppState) -> bool {
    !visit::wants_page(request.headers()) || Visit::of(request, state).has_agreed(request)
}

/// To `/login` with the same wishes, for a browser's window.
pub(crate) fn to_login(request: &HttpRequest, state: &AppState) -> Option<HttpResponse> {
    if !visit::wants_page(request.headers()) {
        return None;
    }
    let visit = Visit::of(request, state);
    let path = match request.query_string() {
        "" => "/login".to_owned(),
        query => format!("/login?{query}"),
    };
    Some(visit.go(&visit.path(&path)))
}

/// The pages, and what they are made of.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(page("/", shown().to(home::show)))
        .service(page("/login", shown().to(login::show)))
        .service(resource("/login/agree", "POST", [web::post().to(login::agree)]))
        .service(resource("/login/change", "POST", [web::post().to(login::change)]))
        .service(page("/account", shown().to(account::show)))
        .service(resource(
            "/account/log-out",
            "POST",
            [web::post().to(account::log_out)],
        ))
        .service(page_with_form(
            "/account/link",
            shown().to(account::link),
            web::post().to(account::link_in_wechat),
        ))
        .service(page_with_form(
            "/account/methods/{id}/unlink",
            shown().to(account::ask_unlink),
            web::post().to(account::unlink),
        ))
        .service(page_with_form(
            "/account/devices/remove-others",
            shown().to(account::ask_others),
            web::post().to(account::remove_others),
        ))
        .service(page_with_form(
            "/account/devices/{id}/remove",
            shown().to(account::ask_remove),
            web::post().to(account::remove),
        ))
        .service(page("/assets/{version}/{name}", shown().to(assets::show)));
}

/// GET, and HEAD beside it (RFC 9110 section 9.1): the server leaves the body out.
fn shown() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

fn page(path: &str, shown: Route) -> Resource {
    resource(path, "GET, HEAD", [shown])
}

fn page_with_form(path: &str, shown: Route, sent: Route) -> Resource {
    resource(path, "GET, HEAD, POST", [shown, sent])
}

/// Ends the session that asks, if there is one still, and goes on there.
async fn log_out(
    request: &HttpRequest,
    state: &AppState,
    visit: &Visit,
    to: &str,
) -> Result<HttpResponse, Problem> {
    if state.origins.may_be_forged(request) {
        return Err(Problem::of("cross_origin"));
    }
    if let Ok(found) = who::session(request, state).await? {
        let use_cases = Arc::clone(&state.use_cases);
        state
            .runtime
            .run(async move { use_cases.log_out.run(&found).await })
            .await??;
    }
    let mut response = visit.go(to);
    response
        .add_cookie(&state.cookies.no_session())
        .map_err(|_no_header| Problem::internal())?;
    Ok(response)
}
