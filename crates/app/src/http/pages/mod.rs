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
mod visit;
mod words;

use actix_web::HttpRequest;

pub(crate) use self::{assets::show as asset, failure::show as failure, look::Look, visit::Visit};
use super::AppState;
use crate::config::Language;

/// The visit, where what asks is a browser's window, and the address is one that people go to.
///
/// Backends and front ends never take HTML by name, and get problems in JSON.
pub(crate) fn visit(request: &HttpRequest, state: &AppState, accepted: Language) -> Option<Visit> {
    let path = request.path();
    let is_for_people = !path.starts_with("/v1/") || path == "/v1/login" || path.starts_with("/v1/login/");
    (is_for_people && visit::wants_page(request.headers()))
        .then(|| Visit::new(request, &state.look, accepted))
}
