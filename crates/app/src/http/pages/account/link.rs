use actix_web::{HttpRequest, HttpResponse};
use wechat_login_domain::{Channel, LoginPurpose, UserId, use_case::WebLoginRequest};

use super::{
    super::{
        super::{AppState, Problem, auth::SignedIn, web_login},
        frame::framed,
        login::{views, with_browser_cookie},
        visit::Visit,
    },
    owner,
};

/// Where both ways lead in the end.
const LINKED: &str = "/account?done=linked";

/// The QR code for the WeChat account that is to be linked.
pub(crate) async fn show(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    let found = match owner(&request, &state, &visit).await? {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let begun = web_login::begin(&state, linking(Channel::Web, found.user_id)).await?;
    let code = views::QrCode {
        frame: framed(&begun.authorize_url, visit.language),
        state: begun.state.expose(),
        next: &visit.path(LINKED),
        again: visit.path("/account/link"),
        whole: None,
    };
    with_browser_cookie(views::qr(&visit, code), &state, &begun)
}

/// Inside WeChat: its consent page. By POST, since a link of another site's would lead there at once.
pub(crate) async fn go(request: HttpRequest, SignedIn(found): SignedIn) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    web_login::send_to_wechat(&state, linking(Channel::OfficialAccount, found.user_id)).await
}

fn linking(channel: Channel, user_id: UserId) -> WebLoginRequest {
    WebLoginRequest {
        channel,
        purpose: LoginPurpose::Link { user_id },
        app: None,
        return_to: Some(LINKED.to_owned()),
        redirect_uri: None,
        is_silent: false,
    }
}
