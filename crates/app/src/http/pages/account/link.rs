use actix_web::{HttpRequest, HttpResponse};
use wechat_login_domain::{Channel, LoginPurpose, UserId, use_case::WebLoginRequest};

use super::{
    super::{
        super::{AppState, Problem, auth::SignedIn, query::Query, web_login},
        browser::Browser,
        frame::framed,
        login::{asked::wants_qr, views, with_browser_cookie},
        visit::Visit,
    },
    owner,
};

/// Where both ways lead in the end.
const LINKED: &str = "/account?done=linked";

/// The QR code for the WeChat account that is to be linked, or where one can be scanned.
pub(crate) async fn show(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    let found = match owner(&request, &state, &visit).await? {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    match (Browser::of_request(&request), wants_qr(&Query::of(&request))?) {
        (Browser::Screen, _) | (_, true) => qr(&state, &visit, found.user_id).await,
        // There is the form for it, where it can be done.
        (Browser::WeChat, false) => Ok(visit.go(&visit.path("/account"))),
        (Browser::Phone, false) => Ok(views::elsewhere(
            &visit,
            views::Elsewhere::LinkOnComputer,
            &format!("{}/account/link", state.public_url),
            visit.path("/account/link?show=qr"),
        )),
    }
}

async fn qr(state: &AppState, visit: &Visit, user_id: UserId) -> Result<HttpResponse, Problem> {
    let begun = web_login::begin(state, linking(visit, Channel::Web, user_id)).await?;
    let code = views::QrCode {
        frame: framed(&begun.authorize_url, visit.language),
        state: begun.state.expose(),
        next: &visit.path(LINKED),
        again: visit.path("/account/link?show=qr"),
        whole: None,
    };
    with_browser_cookie(views::qr(visit, code), state, &begun)
}

/// Inside WeChat: its consent page. By POST, since a link of another site's would lead there at once.
pub(crate) async fn go(request: HttpRequest, SignedIn(found): SignedIn) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    let linking = linking(&visit, Channel::OfficialAccount, found.user_id);
    web_login::send_to_wechat(&state, linking).await
}

fn linking(visit: &Visit, channel: Channel, user_id: UserId) -> WebLoginRequest {
    WebLoginRequest {
        channel,
        purpose: LoginPurpose::Link { user_id },
        app: None,
        return_to: Some(visit.path(LINKED)),
        redirect_uri: None,
        is_silent: false,
    }
}
