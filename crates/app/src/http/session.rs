//! `/v1/session`: who am I, and log out.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web::Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    AppState, Problem,
    auth::SignedIn,
    problem::ProblemBody,
    representation::{SessionBody, UserBody},
};

/// A session and whose it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CurrentSession)]
pub(crate) struct CurrentSession {
    session: SessionBody,
    user: UserBody,
}

/// The session of the token, and its user.
#[utoipa::path(
    get, path = "/v1/session", tag = "session", security(("token" = []), ("cookie" = [])),
    responses((status = 200, body = CurrentSession), (status = 401, body = ProblemBody), (status = 503, body = ProblemBody))
)]
pub(crate) async fn show(
    request: HttpRequest,
    SignedIn(found): SignedIn,
) -> Result<Json<CurrentSession>, Problem> {
    let state = AppState::of(&request);
    let user = state.use_cases.show_user.run(found.user_id).await?;
    Ok(Json(CurrentSession {
        session: SessionBody::current(&found.session),
        user: UserBody::from(&user),
    }))
}

/// Log out: the token opens nothing from now on. A browser's cookie goes with it.
#[utoipa::path(
    delete, path = "/v1/session", tag = "session", security(("token" = []), ("cookie" = [])),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 503, body = ProblemBody))
)]
pub(crate) async fn log_out(
    request: HttpRequest,
    SignedIn(found): SignedIn,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let use_cases = Arc::clone(&state.use_cases);
    state
        .runtime
        .run(async move { use_cases.log_out.run(&found).await })
        .await??;
    let mut response = HttpResponse::NoContent();
    if state.cookies.session_text(&request).is_some() {
        response.cookie(state.cookies.no_session());
    }
    Ok(response.finish())
}
