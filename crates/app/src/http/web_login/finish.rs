//! `POST /v1/login/web`: for a front end that WeChat calls back itself.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wechat_login_domain::{
    Channel, Error, OauthCode, SessionToken,
    use_case::{FailedWebLogin, WebLoginOutcome},
};

use super::{AppState, Problem, callback, of_browser};
use crate::{
    http::{
        UserBody,
        body::JsonBody,
        idempotency,
        login::{self, Login},
        problem::ProblemBody,
    },
    runtime::Door,
};

/// What WeChat called back with.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FinishRequest {
    code: String,
    state: String,
}

/// What came of it: a login, or the user whose WeChat account was linked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Finished {
    /// Where the login was begun to sign in.
    Login(Login),
    /// Where it was begun to link.
    Linked {
        /// The user, as they are now.
        user: UserBody,
    },
}

/// Where the token of a login stands in its answer.
#[derive(Deserialize)]
struct WithToken {
    token: Option<String>,
}

/// Sign in with what WeChat called your own page back with.
///
/// Needs the cookie of `POST /v1/login/web/begin`, from the same browser, and sets the session's cookie beside the answer; the session that
/// was in the cookie before is over. From another site than this service's and `web.allowed_origins` it is 403 `cross_origin`.
///
/// A code works once; with an `Idempotency-Key`, the same key and body within 60 seconds get the same answer.
#[utoipa::path(
    post, path = "/v1/login/web", operation_id = "finish_web_login", tag = "web login", request_body = FinishRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters")),
    responses(
        (status = 200, body = Finished), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody),
        (status = 429, body = ProblemBody), (status = 502, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn handle(
    request: HttpRequest,
    body: JsonBody<FinishRequest>,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    // The state and its cookie are the proof, so that a client that is no browser need not say where it comes from.
    if state.origins.is_foreign(&request) {
        return Err(Problem::of("cross_origin"));
    }
    let key = idempotency::key(&request)?;
    let FinishRequest { code, state: named } = body.value;
    let code = OauthCode::parse(&code).map_err(|error| Error::invalid("/code", error))?;
    let (named, browser) = of_browser(&request, &state, Some(&named))?;
    // Another browser's request is another request.
    let asked = [&body.bytes, browser.expose().as_bytes()].concat();
    let callback = callback::of(&request, &state, Channel::Web, (named, browser), code);
    let use_cases = Arc::clone(&state.use_cases);
    let work = async move {
        let finish = async {
            let finished = use_cases.finish_web_login.run(callback).await;
            match finished.map_err(|FailedWebLogin { error, .. }| error)?.outcome {
                WebLoginOutcome::LoggedIn(logged_in) => Ok(Finished::Login(Login::from(&*logged_in))),
                WebLoginOutcome::Linked(account) => Ok(Finished::Linked {
                    user: UserBody::from(&account.user),
                }),
                WebLoginOutcome::Before(_) => Err(Error::LoginCodeRejected),
            }
        };
        idempotency::answer(&use_cases.answer_once, "web", key.as_ref(), &asked, finish).await
    };
    let answer = login::in_turn(&state.runtime, Door::Browser, work).await??;
    let token = serde_json::from_str(answer.json())
        .ok()
        .and_then(|WithToken { token }| SessionToken::parse(&token?).ok());
    let mut response = HttpResponse::from(answer);
    if let Some(token) = token {
        let cookie = state.cookies.session(&token, Channel::Web);
        response
            .add_cookie(&cookie)
            .map_err(|_no_header| Problem::internal())?;
    }
    Ok(response)
}
