use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};

use crate::http::AppState;

/// How many web logins of a browser may be on their way beside the one that begins.
const OTHERS: usize = 7;

/// Where an answer begins a web login, takes the cookies of the oldest ones away: browsers send them all with every request, and proxies
/// refuse headers of more than a few kilobytes.
pub(crate) async fn few_logins<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    let state = AppState::of(response.request());
    let begins = response
        .response()
        .cookies()
        .any(|cookie| state.cookies.is_browser_name(cookie.name()));
    if begins {
        for gone in state.cookies.surplus_browsers(response.request(), OTHERS) {
            response.response_mut().add_cookie(&gone)?;
        }
    }
    Ok(response)
}
