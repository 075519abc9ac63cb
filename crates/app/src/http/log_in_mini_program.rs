//! `POST /v1/login/mini-program`: `wx.login`'s code → token.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use wechat_login_domain::{
    Error, FieldFault, InvalidCode, LoginCode, PhoneCode,
    use_case::{LoggedInFromMiniProgram, MiniProgramLogin},
};

use super::{
    AppState, Problem,
    body::{JsonBody, object},
    device::DeviceDescription,
    encrypted::EncryptedBody,
    idempotency,
    login::{self, Login},
    problem::ProblemBody,
};
use crate::runtime::Door;

/// A mini-program's login.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MiniProgramLoginRequest {
    /// The code of `wx.login`.
    #[schema(min_length = 1, max_length = 512)]
    code: String,
    /// The app, by its name here or its AppID; not needed where there is one, or a default.
    app: Option<String>,
    /// Whether somebody new becomes a user; true where it is left out.
    create_user: Option<bool>,
    /// What `wx.getUserInfo` gave.
    #[serde(default, deserialize_with = "object")]
    user_info: Option<EncryptedBody>,
    /// The code of the phone button: the number becomes a way in of whoever signs in, in the same step.
    #[schema(min_length = 1, max_length = 512)]
    phone_code: Option<String>,
    #[serde(default, deserialize_with = "object")]
    client: Option<DeviceDescription>,
}

/// Somebody signed in from a mini-program.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MiniProgramLoginBody {
    #[serde(flatten)]
    login: Login,
    /// WeChat's JSON, decrypted, in WeChat's spelling, without openId and unionId; where `user_info` was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    user_info: Option<Map<String, Value>>,
}

/// Sign in with the code of `wx.login`.
///
/// With a `phone_code`, what is asked for is done whole or not at all: 400 `login_code_rejected` may be about either code, and the client gets
/// both anew; a number that is another user's is 409 `login_method_taken`, unless `identity.phone_joins` says that somebody new joins them.
///
/// A code works once. With an `Idempotency-Key`, the same key and body within 60 seconds get the same answer, also when both arrive at once.
#[utoipa::path(
    post, path = "/v1/login/mini-program", operation_id = "log_in_mini_program", tag = "login", request_body = MiniProgramLoginRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters")),
    responses(
        (status = 200, body = MiniProgramLoginBody), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody),
        (status = 429, body = ProblemBody), (status = 502, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn handle(
    request: HttpRequest,
    body: JsonBody<MiniProgramLoginRequest>,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let key = idempotency::key(&request)?;
    let command = body.value.into_command(&request, &state)?;
    let use_cases = Arc::clone(&state.use_cases);
    let work = async move {
        let log_in = async {
            let logged_in = use_cases.log_in_mini_program.run(command).await?;
            Ok(MiniProgramLoginBody::from(logged_in))
        };
        idempotency::answer(
            &use_cases.answer_once,
            "mini-program",
            key.as_ref(),
            &body.bytes,
            log_in,
        )
        .await
    };
    Ok(login::in_turn(&state.runtime, Door::MiniProgram, work)
        .await??
        .into())
}

impl MiniProgramLoginRequest {
    fn into_command(self, request: &HttpRequest, state: &AppState) -> Result<MiniProgramLogin, Error> {
        let mut faults = Vec::new();
        let code = login_code(state, &self.code)
            .map_err(|error| faults.push(FieldFault::new("/code", error)))
            .ok();
        let client = self
            .client
            .unwrap_or_default()
            .into_client(request, state, &mut faults);
        let user_info = self
            .user_info
            .filter(|user_info| user_info.is_filled_in("/user_info", &mut faults));
        let phone_code = self.phone_code.as_deref().and_then(|text| {
            let fault = |error| faults.push(FieldFault::new("/phone_code", error));
            PhoneCode::parse(text).map_err(fault).ok()
        });
        let Some(code) = code.filter(|_| faults.is_empty()) else {
            return Err(Error::InvalidRequest(faults));
        };
        Ok(MiniProgramLogin {
            app: self.app,
            code,
            create_user: self.create_user.unwrap_or(true),
            user_info: user_info.map(|data| data.parse()).transpose()?,
            phone_code,
            client,
        })
    }
}

/// Reads the code of `wx.login`.
pub(super) fn login_code(state: &AppState, text: &str) -> Result<LoginCode, InvalidCode> {
    if state.takes_mock_code {
        LoginCode::parse_for_simulator(text)
    } else {
        LoginCode::parse(text)
    }
}

impl From<LoggedInFromMiniProgram> for MiniProgramLoginBody {
    fn from(logged_in: LoggedInFromMiniProgram) -> Self {
        Self {
            login: Login::from(&logged_in.login),
            user_info: logged_in.user_info,
        }
    }
}
