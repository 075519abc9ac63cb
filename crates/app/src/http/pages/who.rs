//! Who looks at a page.

use actix_web::HttpRequest;
use wechat_login_domain::{Error, User, use_case::Authenticated};

use super::super::{AppState, Problem, auth};

/// The session of this browser; within, why it has none.
///
/// # Errors
/// Where that cannot be known.
pub(super) async fn session(
    request: &HttpRequest,
    state: &AppState,
) -> Result<Result<Authenticated, Error>, Problem> {
    let Ok(sent) = auth::token(request, state) else {
        return Ok(Err(Error::Unauthenticated));
    };
    match auth::session_of(state, &sent.token).await? {
        Ok(found) => Ok(Ok(found)),
        Err(none @ (Error::Unauthenticated | Error::SessionExpired | Error::SessionRevoked(_))) => {
            Ok(Err(none))
        }
        Err(unknown) => Err(unknown.into()),
    }
}

/// Whoever is signed in in this browser, if anybody is.
///
/// # Errors
/// Where that cannot be known.
pub(super) async fn user(request: &HttpRequest, state: &AppState) -> Result<Option<User>, Problem> {
    match session(request, state).await? {
        Ok(found) => Ok(Some(state.use_cases.show_user.run(found.user_id).await?)),
        Err(_nobody) => Ok(None),
    }
}

/// What they are called.
pub(super) fn name(user: &User, somebody: &str) -> String {
    user.nickname.clone().unwrap_or_else(|| somebody.to_owned())
}
