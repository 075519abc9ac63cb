//! `POST /v1/login/web/begin`: for a page that shows WeChat's QR code itself, or is called back itself.

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wechat_login_domain::{Channel, LoginPurpose, use_case::WebLoginRequest};

use super::{AppState, Problem, begin};
use crate::http::{auth::SignedIn, body::JsonBodyIfAny, problem::ProblemBody};

/// A web login that is to begin.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct BeginRequest {
    /// The app, by its name here or its AppID; not needed where there is one, or a default.
    app: Option<String>,
    /// Where to go afterwards, as for `GET /v1/login/web`.
    return_to: Option<String>,
    /// The page that WeChat calls back, exactly as it stands in the app's `redirect_uris`; left out, it is this service's own.
    redirect_uri: Option<String>,
    #[serde(default)]
    purpose: Purpose,
}

/// What the login is for.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Purpose {
    /// To sign in.
    #[default]
    Login,
    /// To link a WeChat account to whoever is signed in already.
    Link,
}

/// What WeChat's script wants to know (`new WxLogin({…})`), or where to go.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Begun {
    authorize_url: String,
    app_id: String,
    scope: &'static str,
    redirect_uri: String,
    state: String,
}

/// Begin a login whose QR code your own page shows.
///
/// Sets the cookie that binds the login to this browser, for ten minutes. `purpose: "link"` needs a session: the WeChat account becomes one
/// more way in for its user, once the login is over. Every field may be left out, and so may the body.
#[utoipa::path(
    post, path = "/v1/login/web/begin", operation_id = "begin_web_login", tag = "web login", request_body = BeginRequest, security((), ("token" = []), ("cookie" = [])),
    responses(
        (status = 200, body = Begun), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn handle(
    request: HttpRequest,
    JsonBodyIfAny(body): JsonBodyIfAny<BeginRequest>,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    // Where such a page could not end the login it need not begin one.
    if state.origins.is_foreign(&request) {
        return Err(Problem::of("cross_origin"));
    }
    let BeginRequest {
        app,
        return_to,
        redirect_uri,
        purpose,
    } = body;
    let purpose = match purpose {
        Purpose::Login => LoginPurpose::Login,
        Purpose::Link => {
            let SignedIn(found) = SignedIn::from_request(&request, &mut Payload::None).await?;
            LoginPurpose::Link {
                user_id: found.user_id,
            }
        }
    };
    let asked = WebLoginRequest {
        channel: Channel::Web,
        purpose,
        app,
        return_to,
        redirect_uri,
        is_silent: false,
    };
    let begun = begin(&state, asked).await?;
    let cookie = state
        .cookies
        .browser(&begun.state, &begun.browser, begun.expires_in);
    Ok(HttpResponse::Ok().cookie(cookie).json(Begun {
        authorize_url: begun.authorize_url,
        app_id: begun.app_id.to_string(),
        scope: begun.scope,
        redirect_uri: begun.redirect_uri,
        state: begun.state.expose().to_owned(),
    }))
}
