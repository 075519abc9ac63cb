//! `/v1/session`: who am I, and log out.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, ResponseError, http::StatusCode, web::Json};
use serde::Serialize;
use utoipa::ToSchema;
use wechat_login_domain::{Error, ports::SessionKeyState, use_case::Authenticated};

use super::{
    AppState, Problem,
    auth::{self, SignedIn},
    login::in_turn,
    problem::ProblemBody,
    representation::{SessionBody, UserBody},
};
use crate::runtime::Door;

/// A session and whose it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CurrentSession)]
pub(crate) struct CurrentSession {
    session: SessionBody,
    user: UserBody,
    /// With `?check=wechat`: `valid` where WeChat still encrypts with the session_key that is kept, else `stale`, and `wx.login` is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "valid")]
    wechat_session: Option<&'static str>,
}

/// The session of the token, and its user.
///
/// `check=wechat` is for sessions of mini-programs; on any other it is 400, as they have no session_key.
#[utoipa::path(
    get, path = "/v1/session", operation_id = "show_session", tag = "session", security(("token" = []), ("cookie" = [])),
    params(("check" = Option<String>, Query, description = "`wechat`: ask WeChat about the session_key too")),
    responses(
        (status = 200, body = CurrentSession), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 429, body = ProblemBody), (status = 502, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn show(
    request: HttpRequest,
    SignedIn(found): SignedIn,
) -> Result<Json<CurrentSession>, Problem> {
    let state = AppState::of(&request);
    let wechat_session = if asks_wechat(request.query_string())? {
        Some(check_wechat(&state, found.clone()).await?)
    } else {
        None
    };
    let user = state.run(|use_cases| async move { use_cases.show_user.run(found.user_id).await });
    Ok(Json(CurrentSession {
        session: SessionBody::current(&found.session),
        user: UserBody::from(&user.await?),
        wechat_session,
    }))
}

/// Whether the query has `check=wechat`, which is all that there is to check.
fn asks_wechat(query: &str) -> Result<bool, Error> {
    let mut checks = query.split('&').filter_map(|pair| pair.strip_prefix("check="));
    match (checks.next(), checks.next()) {
        (None, _) => Ok(false),
        (Some("wechat"), None) => Ok(true),
        _ => Err(Error::invalid("", "check: must be wechat")),
    }
}

async fn check_wechat(state: &AppState, found: Authenticated) -> Result<&'static str, Problem> {
    let use_cases = Arc::clone(&state.use_cases);
    let work = async move { use_cases.check_wechat_session.run(&found).await };
    Ok(match in_turn(&state.runtime, Door::SignedIn, work).await?? {
        SessionKeyState::Valid => "valid",
        SessionKeyState::Stale => "stale",
    })
}

/// Log out: the token opens nothing from now on. A browser's cookie goes with it, and so does one that opens nothing any more.
#[utoipa::path(
    delete, path = "/v1/session", operation_id = "log_out", tag = "session", security(("token" = []), ("cookie" = [])),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 503, body = ProblemBody))
)]
pub(crate) async fn log_out(
    request: HttpRequest,
    signed_in: Result<SignedIn, Problem>,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let SignedIn(found) = match signed_in {
        Ok(signed_in) => signed_in,
        Err(problem) => return forget(&request, &state, problem),
    };
    let use_cases = Arc::clone(&state.use_cases);
    state
        .runtime
        .run(async move { use_cases.log_out.run(&found).await })
        .await??;
    let mut response = HttpResponse::NoContent();
    state.cookies.end_session(&request, &mut response);
    Ok(response.finish())
}

/// Nobody to log out; a browser need not keep what opens nothing.
fn forget(request: &HttpRequest, state: &AppState, problem: Problem) -> Result<HttpResponse, Problem> {
    if problem.status_code() != StatusCode::UNAUTHORIZED || !auth::is_by_cookie(request, state) {
        return Err(problem);
    }
    let mut response = HttpResponse::from_error(problem);
    response
        .add_cookie(&state.cookies.no_session())
        .map_err(|_no_header| Problem::internal())?;
    Ok(response)
}
