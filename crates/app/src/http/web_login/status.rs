//! `GET /v1/login/web/{state}`: how far a login has come, for a page that shows the QR code.

use actix_web::{
    HttpRequest,
    web::{Json, Path},
};
use serde::Serialize;
use utoipa::ToSchema;
use wechat_login_domain::use_case::Progress;

use super::{AppState, Problem, of_browser};
use crate::http::problem::ProblemBody;

/// How far a login has come.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoginStatus {
    status: Status,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// Nobody has agreed yet.
    Waiting,
    /// Somebody has: this browser has the session.
    SignedIn,
    /// It took too long, or nothing came of it: begin again.
    Expired,
}

/// Ask how far a login has come that this browser began.
#[utoipa::path(
    get, path = "/v1/login/web/{state}", operation_id = "watch_web_login", tag = "web login",
    params(("state" = String, Path, description = "Of `POST /v1/login/web/begin`.")),
    responses(
        (status = 200, body = LoginStatus),
        (status = 404, description = "This browser did not begin it.", body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn show(request: HttpRequest, named: Path<String>) -> Result<Json<LoginStatus>, Problem> {
    let state = AppState::of(&request);
    let (named, browser) =
        of_browser(&request, &state, Some(&named)).map_err(|_not_its_own| Problem::not_found())?;
    let watched = state.use_cases.watch_web_login.run(&named, &browser).await?;
    let status = match watched.map(|watched| watched.progress) {
        Some(Progress::Waiting) => Status::Waiting,
        Some(Progress::Finished) => Status::SignedIn,
        None => Status::Expired,
    };
    Ok(Json(LoginStatus { status }))
}
