//! `GET /v1/login/web` and `GET /v1/login/official-account`: to WeChat's page.

use actix_web::{HttpRequest, HttpResponse};
use wechat_login_domain::{Channel, LoginPurpose, use_case::WebLoginRequest};

use super::{AppState, Problem, Query, send_to_wechat};
use crate::http::problem::ProblemBody;

/// Send a browser to WeChat's QR code.
#[utoipa::path(
    get, path = "/v1/login/web", operation_id = "enter_web_login", tag = "web login",
    params(
        ("app" = Option<String>, Query, description = "The app, by its name here or its AppID; not needed where there is one, or a default."),
        ("return_to" = Option<String>, Query, description = "Where to go afterwards: a path of this service's host, or an address below one of web.allowed_return_urls, exactly as `location.href` spells it."),
    ),
    responses(
        (status = 303, description = "To WeChat's page. Sets the cookie that binds the login to this browser."),
        (status = 400, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn web(request: HttpRequest) -> Result<HttpResponse, Problem> {
    enter(&request, Channel::Web).await
}

/// Send a page inside WeChat to the consent of its person.
#[utoipa::path(
    get, path = "/v1/login/official-account", operation_id = "enter_official_account_login", tag = "web login",
    params(
        ("app" = Option<String>, Query, description = "The app, by its name here or its AppID; not needed where there is one, or a default."),
        ("return_to" = Option<String>, Query, description = "As for /v1/login/web."),
        ("silent" = Option<String>, Query, description = "1: nobody is asked, and WeChat tells nothing but the openid (snsapi_base)."),
    ),
    responses(
        (status = 303, description = "To WeChat's page. Sets the cookie that binds the login to this browser."),
        (status = 400, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn official_account(request: HttpRequest) -> Result<HttpResponse, Problem> {
    enter(&request, Channel::OfficialAccount).await
}

async fn enter(request: &HttpRequest, channel: Channel) -> Result<HttpResponse, Problem> {
    let state = AppState::of(request);
    let query = Query::of(request);
    let asked = WebLoginRequest {
        channel,
        purpose: LoginPurpose::Login,
        app: query.get("app")?.map(str::to_owned),
        return_to: query.get("return_to")?.map(str::to_owned),
        redirect_uri: None,
        is_silent: matches!(query.get("silent")?, Some("1" | "true")),
    };
    send_to_wechat(&state, asked).await
}
