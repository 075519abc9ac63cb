//! `/login`: the way in that fits whoever comes.

pub(super) mod asked;
pub(super) mod views;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use wechat_login_domain::{Channel, LoginPurpose, use_case::WebLoginRequest};

use self::{
    asked::{Asked, has_official_account},
    views::{Elsewhere, QrCode},
};
use super::{
    super::{AppState, Problem, body, web_login},
    browser::Browser,
    frame::framed,
    visit::Visit,
    who, words,
};

/// The consent, the QR code, WeChat's own page, or why not here.
pub(crate) async fn show(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    let asked = Asked::of(&request, &state)?;
    if !visit.has_agreed(&request) {
        return Ok(views::consent(&visit, &visit.path(&asked.path("/login/agree"))));
    }
    if let Some(user) = who::user(&request, &state).await? {
        let name = who::name(&user, words::of(visit.language).common.somebody);
        let log_out = visit.path(&asked.path("/login/change"));
        return Ok(views::already(&visit, &name, asked.next(), log_out));
    }
    let elsewhere = |place| {
        let address = format!("{}{}", state.public_url, asked.path("/login"));
        let show_qr = visit.path(&asked.with_qr().path("/login"));
        views::elsewhere(&visit, place, &address, show_qr)
    };
    match (Browser::of_request(&request), asked.wants_qr) {
        (Browser::WeChat, false) if has_official_account(&state) => {
            web_login::send_to_wechat(&state, asked.request(Channel::OfficialAccount)).await
        }
        (Browser::Phone, false) if has_official_account(&state) => Ok(elsewhere(Elsewhere::InWeChat)),
        (Browser::WeChat | Browser::Phone, false) => Ok(elsewhere(Elsewhere::OnComputer)),
        (Browser::Screen, _) | (_, true) => qr(&visit, &state, &asked).await,
    }
}

/// Their person has agreed.
pub(crate) async fn agree(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    if state.origins.may_be_forged(&request) {
        return Err(Problem::of("cross_origin"));
    }
    let asked = Asked::of(&request, &state)?;
    let form = body::whole(
        &request,
        &mut payload.into_inner(),
        "application/x-www-form-urlencoded",
    )
    .await?;
    let has_agreed =
        url::form_urlencoded::parse(&form).any(|(name, value)| name == "agreed" && value == "yes");
    let mut response = visit.go(&visit.path(&asked.path("/login")));
    if has_agreed {
        response
            .add_cookie(&visit.agreed())
            .map_err(|_no_header| Problem::internal())?;
    }
    Ok(response)
}

/// They are somebody else: sign out, and begin anew.
pub(crate) async fn change(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let asked = Asked::of(&request, &state)?;
    let visit = Visit::of(&request, &state);
    super::log_out(&request, &state, &visit, &visit.path(&asked.path("/login"))).await
}

async fn qr(visit: &Visit, state: &AppState, asked: &Asked) -> Result<HttpResponse, Problem> {
    let begun = web_login::begin(state, asked.request(Channel::Web)).await?;
    let code = QrCode {
        frame: framed(&begun.authorize_url, visit.language),
        state: begun.state.expose(),
        next: asked.next(),
        again: visit.path(&asked.path("/login")),
        whole: Some(visit.path(&asked.path("/v1/login/web"))),
    };
    with_browser_cookie(views::qr(visit, code), state, &begun)
}

/// Binds the login to this browser.
pub(super) fn with_browser_cookie(
    mut response: HttpResponse,
    state: &AppState,
    begun: &wechat_login_domain::use_case::BegunWebLogin,
) -> Result<HttpResponse, Problem> {
    let cookie = state
        .cookies
        .browser(&begun.state, &begun.browser, begun.expires_in);
    response
        .add_cookie(&cookie)
        .map_err(|_no_header| Problem::internal())?;
    Ok(response)
}

impl Browser {
    /// Of whoever asks.
    pub(crate) fn of_request(request: &HttpRequest) -> Self {
        let user_agent = request.headers().get(header::USER_AGENT);
        Self::of(
            user_agent
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default(),
        )
    }
}

impl Asked {
    fn request(&self, channel: Channel) -> WebLoginRequest {
        WebLoginRequest {
            channel,
            purpose: LoginPurpose::Login,
            app: self.app.clone().filter(|_| channel == Channel::Web),
            return_to: self.return_to.clone(),
            redirect_uri: None,
            is_silent: false,
        }
    }
}
