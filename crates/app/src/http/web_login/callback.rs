//! `GET /v1/login/web/callback` and `GET /v1/login/official-account/callback`: back from WeChat's page.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::header};
use futures_util::{FutureExt, future::BoxFuture};
use wechat_login_domain::{
    BrowserSecret, Channel, Error, OauthCode, PendingLogin, SessionToken, State,
    use_case::{Authenticated, FailedWebLogin, FinishedWebLogin, WebCallback, WebLoginOutcome},
};

use super::{AppState, Problem, Query, of_browser};
use crate::{
    http::{auth, device::DeviceDescription, login, pages, problem::ProblemBody},
    runtime::Door,
};

/// Where a person goes who said nothing of it.
const HOME: &str = "/account";

/// Where WeChat sends people back to.
pub(crate) const PATHS: [&str; 2] = ["/v1/login/web/callback", "/v1/login/official-account/callback"];

/// Come back from WeChat's QR code.
#[utoipa::path(
    get, path = "/v1/login/web/callback", operation_id = "return_from_web_login", tag = "web login",
    params(("code" = Option<String>, Query, description = "From WeChat; left out where the person refused."), ("state" = String, Query, description = "From WeChat.")),
    responses(
        (status = 303, description = "To `return_to`, with the session's cookie. The session that was in the cookie before is over."),
        (status = 200, description = "Inside a frame: a page that takes the whole window to the same address.", body = String, content_type = "text/html"),
        (status = 400, description = "This and every other failure is a page, and a problem only for whoever asks for JSON by name.", body = ProblemBody),
        (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 429, body = ProblemBody), (status = 502, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn web(request: HttpRequest) -> Result<HttpResponse, Problem> {
    come_back(&request, Channel::Web).await
}

/// Come back from WeChat's consent page.
#[utoipa::path(
    get, path = "/v1/login/official-account/callback", operation_id = "return_from_official_account_login", tag = "web login",
    params(("code" = Option<String>, Query, description = "From WeChat; left out where the person refused."), ("state" = String, Query, description = "From WeChat.")),
    responses(
        (status = 303, description = "To `return_to`, with the session's cookie. The session that was in the cookie before is over."),
        (status = 200, description = "Inside a frame: a page that takes the whole window to the same address.", body = String, content_type = "text/html"),
        (status = 400, description = "This and every other failure is a page, and a problem only for whoever asks for JSON by name.", body = ProblemBody),
        (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 429, body = ProblemBody), (status = 502, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn official_account(request: HttpRequest) -> Result<HttpResponse, Problem> {
    come_back(&request, Channel::OfficialAccount).await
}

async fn come_back(request: &HttpRequest, channel: Channel) -> Result<HttpResponse, Problem> {
    let state = AppState::of(request);
    if let Some(page) = pages::out_of_frame(request, &state) {
        return Ok(page);
    }
    let query = Query::of(request);
    let (named, browser) = of_browser(request, &state, query.get("state")?)?;
    let code = match query.get("code")? {
        // WeChat sends those back who refuse, or does not, as it pleases.
        None | Some("") => {
            // Where that cannot be known, they have refused all the same.
            let watched = state.use_cases.watch_web_login.run(&named, &browser).await;
            let begun = watched.ok().flatten().map(|watched| watched.begun);
            return Err(failed(Problem::of("login_cancelled"), begun.as_ref(), channel));
        }
        Some(code) => OauthCode::parse(code).map_err(|error| Error::invalid("/code", error))?,
    };
    let callback = of(request, &state, channel, (named, browser), code);
    let use_cases = Arc::clone(&state.use_cases);
    let work = async move { use_cases.finish_web_login.run(callback).await };
    let finished = login::in_turn(&state.runtime, Door::Browser, work)
        .await?
        .map_err(|FailedWebLogin { error, begun }| failed(error.into(), begun.as_deref(), channel))?;
    Ok(go_on(&state, channel, finished))
}

/// Whose login came to nothing may begin again with what they wanted.
fn failed(problem: Problem, begun: Option<&PendingLogin>, channel: Channel) -> Problem {
    problem.with_wish(begun.map(|begun| pages::Wish::of(begun, channel)))
}

/// To a clean address: neither code nor state stays in the history of the browser.
fn go_on(state: &AppState, channel: Channel, finished: FinishedWebLogin) -> HttpResponse {
    let FinishedWebLogin { outcome, return_to } = finished;
    let to = return_to.unwrap_or_else(|| format!("{}{HOME}", state.public_url));
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, to));
    let token = match &outcome {
        WebLoginOutcome::LoggedIn(logged_in) => Some(&logged_in.token),
        WebLoginOutcome::Before(token) => token.as_ref(),
        WebLoginOutcome::Linked(_) => None,
    };
    if let Some(token) = token {
        response.cookie(state.cookies.session(token, channel));
    }
    response.finish()
}

/// What came back, as the use-case wants to know it.
pub(super) fn of(
    request: &HttpRequest,
    state: &AppState,
    channel: Channel,
    (named, browser): (State, BrowserSecret),
    code: OauthCode,
) -> WebCallback {
    WebCallback {
        channel,
        state: named,
        code,
        browser,
        signed_in: session_of(state, auth::token(request, state).ok().map(|sent| sent.token)),
        former: session_of(
            state,
            state
                .cookies
                .session_text(request)
                .and_then(|text| SessionToken::parse(&text).ok()),
        ),
        client: DeviceDescription::default().into_client(request, state, &mut Vec::new()),
    }
}

/// What this token opens, once somebody asks.
fn session_of(
    state: &AppState,
    token: Option<SessionToken>,
) -> BoxFuture<'static, Result<Authenticated, Error>> {
    let use_cases = Arc::clone(&state.use_cases);
    async move {
        use_cases
            .authenticate
            .run(&token.ok_or(Error::Unauthenticated)?)
            .await
    }
    .boxed()
}
