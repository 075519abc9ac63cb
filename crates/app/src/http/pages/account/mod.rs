//! `/account`: who am I, my ways in, my devices.

mod devices;
mod link;
mod methods;
mod overview;
mod views;

use actix_web::{HttpRequest, HttpResponse};
use wechat_login_domain::{Error, RevokedBecause, use_case::Authenticated};

pub(crate) use self::{
    devices::{ask_others, ask_remove, remove, remove_others},
    link::{go as link_in_wechat, show as link},
    methods::{ask_unlink, unlink},
    overview::show,
};
use super::{
    super::{AppState, Problem, auth::SignedIn},
    visit::Visit,
    who,
};

/// Sign out here.
pub(crate) async fn log_out(
    request: HttpRequest,
    SignedIn(found): SignedIn,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    super::log_out(&state, &visit, found, &visit.path("/")).await
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
        Err(_nobody) => Ok(Err(visit.go(&visit.path("/login?return_to=%2Faccount")))),
    }
}

/// Back to the account, with a word of what was done.
fn done(visit: &Visit, what: &str) -> HttpResponse {
    visit.go(&visit.path(&format!("/account?done={what}")))
}
