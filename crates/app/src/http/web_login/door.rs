//! `GET /v1/login`: the door that fits whoever asks.

use actix_web::{HttpRequest, HttpResponse};
use wechat_login_domain::{Channel, LoginPurpose, use_case::WebLoginRequest};

use super::{AppState, Problem, Query, send_to_wechat};
use crate::http::{
    pages::{self, Browser},
    problem::ProblemBody,
};

/// Send a browser to the login that fits it.
///
/// Inside WeChat that is the official account's consent, on a computer the QR code. A browser on a phone cannot scan its own screen: `/login`
/// tells how to go on, and whoever has to agree to terms first does so there.
#[utoipa::path(
    get, path = "/v1/login", operation_id = "enter_login", tag = "web login",
    params(("return_to" = Option<String>, Query, description = "As for /v1/login/web.")),
    responses(
        (status = 303, description = "To WeChat's page, with the cookie that binds the login to this browser, or to `/login`."),
        (status = 400, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn choose(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let query = Query::of(&request);
    let channel = match Browser::of_request(&request) {
        Browser::WeChat => Some(Channel::OfficialAccount),
        Browser::Screen => Some(Channel::Web),
        Browser::Phone => None,
    };
    // Where there is no such app, the person is told as on a phone: no other door would open for them.
    let channel = channel.filter(|channel| state.apps.choose(*channel, None).is_some());
    let agreed = pages::has_agreed(&request, &state);
    let Some(channel) = channel.filter(|_| agreed) else {
        return pages::to_login(&request, &state).ok_or_else(|| Problem::of("login_not_here"));
    };
    let asked = WebLoginRequest {
        channel,
        purpose: LoginPurpose::Login,
        app: None,
        return_to: query.get("return_to")?.map(str::to_owned),
        redirect_uri: None,
        is_silent: false,
    };
    send_to_wechat(&state, asked).await
}
