//! `/v1/me/login-methods`: my ways in.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wechat_login_domain::{
    Channel, Error, FieldFault, OauthCode,
    use_case::{LinkCode, ListedWayIn, LoginMethodLink},
};

use super::{
    AppState, Problem,
    auth::{SignedIn, SignedInWith},
    log_in_mini_program::login_code,
    login::{in_time, in_turn},
    problem::ProblemBody,
    representation::Moment,
};
use crate::runtime::Door;

/// A user's ways in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoginMethods {
    /// The one that was linked first comes first.
    login_methods: Vec<LoginMethodBody>,
}

/// One way in: a WeChat account with all its openids, or a phone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LoginMethod)]
pub(crate) struct LoginMethodBody {
    /// What it is unlinked by.
    id: String,
    /// `wechat` or `phone`.
    #[schema(example = "wechat")]
    kind: &'static str,
    /// Our names of the apps that a WeChat account was used with; a phone has none.
    apps: Vec<String>,
    /// What its owner knows it again by, masked: `+86138****8000`, or the end of an openid.
    #[schema(example = "****VJJE")]
    label: String,
    linked_at: Moment,
    /// To the day.
    last_used_at: Moment,
}

impl From<Vec<ListedWayIn>> for LoginMethods {
    fn from(ways: Vec<ListedWayIn>) -> Self {
        let login_methods = ways.into_iter().map(|ListedWayIn { way, apps }| LoginMethodBody {
            id: way.id().to_string(),
            kind: way.kind.as_str(),
            apps: apps.iter().map(ToString::to_string).collect(),
            label: way.label(),
            linked_at: way.linked_at().into(),
            last_used_at: way.last_used_at().into(),
        });
        Self {
            login_methods: login_methods.collect(),
        }
    }
}

/// A WeChat account to link.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LinkRequest {
    /// `mini_program` or `mobile_app`. Websites and official accounts link in the browser, where WeChat calls back.
    #[schema(example = "mini_program")]
    channel: String,
    /// The app, by its name here or its AppID; not needed where there is one, or a default.
    app: Option<String>,
    /// The code of `wx.login`, or of the open SDK.
    #[schema(min_length = 1, max_length = 512)]
    code: String,
}

impl LinkRequest {
    fn into_command(self, state: &AppState) -> Result<LoginMethodLink, Error> {
        let code = match Channel::from_name(&self.channel) {
            Some(Channel::MiniProgram) => login_code(state, &self.code).map(LinkCode::MiniProgram),
            Some(Channel::MobileApp) => OauthCode::parse(&self.code).map(LinkCode::MobileApp),
            Some(Channel::Web | Channel::OfficialAccount) => {
                let message =
                    "must be mini_program or mobile_app: websites and official accounts link in the browser";
                return Err(Error::invalid("/channel", message));
            }
            None => return Err(Error::invalid("/channel", "must be mini_program or mobile_app")),
        };
        let code = code.map_err(|error| Error::InvalidRequest(vec![FieldFault::new("/code", error)]))?;
        Ok(LoginMethodLink { app: self.app, code })
    }
}

/// My ways in.
#[utoipa::path(
    get, path = "/v1/me/login-methods", operation_id = "list_login_methods", tag = "user", security(("token" = []), ("cookie" = [])),
    responses((status = 200, body = LoginMethods), (status = 401, body = ProblemBody), (status = 503, body = ProblemBody))
)]
pub(crate) async fn list(
    request: HttpRequest,
    SignedIn(found): SignedIn,
) -> Result<Json<LoginMethods>, Problem> {
    let state = AppState::of(&request);
    let ways = state.run(|use_cases| async move { use_cases.list_login_methods.run(found.user_id).await });
    Ok(Json(ways.await?.into()))
}

/// Link another WeChat account to me, or mine at another app.
///
/// Linking what is mine already changes nothing. What is another user's, or whose unionid is, is 409 `login_method_taken`, and nothing changes.
#[utoipa::path(
    post, path = "/v1/me/login-methods", operation_id = "link_login_method", tag = "user", security(("token" = []), ("cookie" = [])), request_body = LinkRequest,
    responses(
        (status = 200, body = LoginMethods), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 429, body = ProblemBody),
        (status = 502, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn link(
    request: HttpRequest,
    SignedInWith(found, body): SignedInWith<LinkRequest>,
) -> Result<Json<LoginMethods>, Problem> {
    let state = AppState::of(&request);
    let asked = body.into_command(&state)?;
    let use_cases = Arc::clone(&state.use_cases);
    let work = async move { use_cases.link_login_method.run(&found, asked).await };
    Ok(Json(in_turn(&state.runtime, Door::SignedIn, work).await??.into()))
}

/// Unlink one of my ways in, whole.
///
/// A WeChat account goes with all its openids and its unionid; the sessions that it opened end (`session_revoked`, reason `unlinked`), be it
/// the one that asks (a browser's cookie goes then), and whoever signs in with it later is somebody new. The last way in is 409 `last_login_method`; a phone is one only
/// where `identity.phone_joins` is `link`, as nobody else comes back by it.
#[utoipa::path(
    delete, path = "/v1/me/login-methods/{id}", operation_id = "unlink_login_method", tag = "user", security(("token" = []), ("cookie" = [])),
    params(("id" = String, Path, description = "Of the list")),
    responses(
        (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn unlink(
    request: HttpRequest,
    SignedIn(found): SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let method = id.parse().map_err(|_is_no_id| Error::NotFound)?;
    let use_cases = Arc::clone(&state.use_cases);
    let work = async move { use_cases.unlink_login_method.run(&found, method).await };
    let unlinked = in_time(&state.runtime, work).await??;
    let mut response = HttpResponse::NoContent();
    if unlinked.asking_is_over {
        state.cookies.end_session(&request, &mut response);
    }
    Ok(response.finish())
}
