//! `/account`: who am I, my ways in, my devices.

mod devices;
mod link;
mod methods;
mod overview;
mod views;

use actix_web::{HttpRequest, HttpResponse};
use url::form_urlencoded;
use wechat_login_domain::{Error, RevokedBecause, use_case::Authenticated};

pub(crate) use self::{
    devices::{ask_others, ask_remove, remove, remove_others},
    link::{go as link_in_wechat, show as link},
    methods::{ask_unlink, unlink},
    overview::show,
};
use super::{
    super::{AppState, Problem},
    visit::Visit,
    who,
};

/// Sign out here.
pub(crate) async fn log_out(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    super::log_out(&request, &state, &visit, &visit.path("/")).await
}

/// Whoever looks at a page of their account; else the answer that they get.
async fn owner(
    request: &HttpRequest,
    state: &AppState,
    visit: &Visit,
) -> Result<Result<Authenticated, HttpResponse>, Problem> {
    match who::session(request, state).await? {
        Ok(found) => Ok(Ok(found)),
        // They did not do it here, and should know.
        Err(Error::SessionRevoked(
            because @ (RevokedBecause::Kicked | RevokedBecause::Replaced | RevokedBecause::UserDisabled),
        )) => Err(Error::SessionRevoked(because).into()),
        Err(_nobody) => Ok(Err(visit.go(&to_login(visit)))),
    }
}

/// Where whoever is nobody signs in, to come back to their account.
fn to_login(visit: &Visit) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        // A path here is one of the whole host.
        .append_pair("return_to", &visit.path("/account"))
        .finish();
    visit.path(&format!("/login?{query}"))
}

/// Back to the account, with a word of what was done.
fn done(visit: &Visit, what: &str) -> HttpResponse {
    visit.go(&visit.path(&format!("/account?done={what}")))
}
