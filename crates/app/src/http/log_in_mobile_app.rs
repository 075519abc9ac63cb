//! `POST /v1/login/mobile-app`: the code of WeChat's SDK → token.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::ToSchema;
use wechat_login_domain::{Error, FieldFault, OauthCode, use_case::MobileAppLogin};

use super::{
    AppState, Problem,
    body::{JsonBody, object},
    device::DeviceDescription,
    idempotency,
    login::{self, Login},
    problem::ProblemBody,
};
use crate::runtime::Door;

/// A mobile app's login.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MobileAppLoginRequest {
    /// The code of `SendAuth.Resp`, after the app has compared its `state`.
    #[schema(min_length = 1, max_length = 512)]
    code: String,
    /// The app, by its name here or its AppID; not needed where there is one, or a default.
    app: Option<String>,
    /// Whether somebody new becomes a user; true where it is left out.
    create_user: Option<bool>,
    #[serde(default, deserialize_with = "object")]
    client: Option<DeviceDescription>,
}

/// Sign in with the code of WeChat's SDK on a phone.
///
/// A code works once. With an `Idempotency-Key`, the same key and body within 60 seconds get the same answer, also when both arrive at once.
#[utoipa::path(
    post, path = "/v1/login/mobile-app", operation_id = "log_in_mobile_app", tag = "login", request_body = MobileAppLoginRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters")),
    responses(
        (status = 200, body = Login), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody),
        (status = 502, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn handle(
    request: HttpRequest,
    body: JsonBody<MobileAppLoginRequest>,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let key = idempotency::key(&request)?;
    let command = body.value.into_command(&request, &state)?;
    let use_cases = Arc::clone(&state.use_cases);
    let work = async move {
        let log_in = async {
            let logged_in = use_cases.log_in_mobile_app.run(command).await?;
            Ok(Login::from(&logged_in))
        };
        idempotency::answer(
            &use_cases.answer_once,
            "mobile-app",
            key.as_ref(),
            &body.bytes,
            log_in,
        )
        .await
    };
    Ok(login::in_turn(&state.runtime, Door::MobileApp, work)
        .await??
        .into())
}

impl MobileAppLoginRequest {
    fn into_command(self, request: &HttpRequest, state: &AppState) -> Result<MobileAppLogin, Error> {
        let mut faults = Vec::new();
        let code = OauthCode::parse(&self.code)
            .map_err(|error| faults.push(FieldFault::new("/code", error)))
            .ok();
        let client = self
            .client
            .unwrap_or_default()
            .into_client(request, state, &mut faults);
        let Some(code) = code.filter(|_| faults.is_empty()) else {
            return Err(Error::InvalidRequest(faults));
        };
        Ok(MobileAppLogin {
            app: self.app,
            code,
            create_user: self.create_user.unwrap_or(true),
            client,
        })
    }
}
