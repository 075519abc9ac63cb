//! Web logins: a browser goes to WeChat's page and comes back.

pub(crate) mod begin;
pub(crate) mod callback;
pub(crate) mod door;
pub(crate) mod enter;
pub(crate) mod finish;
pub(crate) mod status;

use actix_web::{HttpRequest, HttpResponse, http::header};
use wechat_login_domain::{
    BrowserSecret, Error, State,
    use_case::{BegunWebLogin, WebLoginRequest},
};

use super::{AppState, Problem, query::Query};

/// Begins a login on the main runtime, where the store's connections live.
pub(super) async fn begin(state: &AppState, request: WebLoginRequest) -> Result<BegunWebLogin, Problem> {
    let use_cases = std::sync::Arc::clone(&state.use_cases);
    let begun = state
        .runtime
        .run(async move { use_cases.begin_web_login.run(&request).await });
    Ok(begun.await??)
}

/// Sends the browser to WeChat's page.
pub(super) async fn send_to_wechat(
    state: &AppState,
    request: WebLoginRequest,
) -> Result<HttpResponse, Problem> {
    let begun = begin(state, request).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, begun.authorize_url.as_str()))
        .cookie(
            state
                .cookies
                .browser(&begun.state, &begun.browser, begun.expires_in),
        )
        .finish())
}

/// The login that this state names, as far as this browser has begun it.
///
/// # Errors
/// [`Error::StateMismatch`] where it has begun none of that name: nothing need be looked up then.
fn of_browser(
    request: &HttpRequest,
    state: &AppState,
    text: Option<&str>,
) -> Result<(State, BrowserSecret), Error> {
    let named = text.and_then(|text| State::parse(text).ok());
    let named = named.ok_or(Error::StateMismatch)?;
    let browser = state.cookies.browser_secret(request, &named);
    Ok((named, browser.ok_or(Error::StateMismatch)?))
}
