//! `POST /v1/login/mini-program`: `wx.login`'s code → token.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use wechat_login_domain::{
    Dependency, EncryptedData, Error, FieldFault, LoginCode, PortError,
    use_case::{LoggedIn, MiniProgramLogin},
};

use super::{
    AppState, Problem,
    body::{JsonBody, object},
    device::DeviceDescription,
    idempotency,
    problem::ProblemBody,
    representation::{SessionBody, UserBody},
};

/// How long a client waits for a login at most. The login itself goes on to its end.
const DEADLINE: Duration = Duration::from_secs(4);

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
    #[serde(default, deserialize_with = "object")]
    user_info: Option<UserInfo>,
    #[serde(default, deserialize_with = "object")]
    client: Option<DeviceDescription>,
}

/// What `wx.getUserInfo` gave, encrypted by WeChat.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UserInfo {
    #[serde(alias = "encryptedData")]
    encrypted_data: String,
    iv: String,
}

/// Somebody signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Login {
    /// What opens the session: keep it, and send it as `Authorization: Bearer …`. It is shown once.
    token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    is_new_user: bool,
    session: SessionBody,
    user: UserBody,
    /// WeChat's JSON, decrypted, in WeChat's spelling, without openId and unionId; where `user_info` was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    user_info: Option<Map<String, Value>>,
}

/// Sign in with the code of `wx.login`.
///
/// A code works once. With an `Idempotency-Key`, the same key and body within 60 seconds get the same answer, also when both arrive at once.
#[utoipa::path(
    post, path = "/v1/login/mini-program", tag = "login", request_body = MiniProgramLoginRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters")),
    responses(
        (status = 200, body = Login), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 408, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
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
            Ok(Login::new(logged_in))
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
    let in_turn = async {
        let turn = state.runtime.login_turn().await.map_err(|_too_many| {
            Error::from(PortError::new(
                Dependency::Database,
                "too many logins are under way",
            ))
        })?;
        let work = async move {
            let _until_it_is_done = turn;
            work.await
        };
        Ok::<_, Problem>(state.runtime.run(work).await??)
    };
    let body: idempotency::Body = tokio::time::timeout(DEADLINE, in_turn)
        .await
        .map_err(|_elapsed| Error::from(PortError::new(Dependency::Database, "the login took too long")))??;
    Ok(body.into())
}

impl MiniProgramLoginRequest {
    fn into_command(self, request: &HttpRequest, state: &AppState) -> Result<MiniProgramLogin, Error> {
        let mut faults = Vec::new();
        let code = if state.takes_mock_code {
            LoginCode::parse_for_simulator(&self.code)
        } else {
            LoginCode::parse(&self.code)
        };
        let code = code
            .map_err(|error| faults.push(FieldFault::new("/code", error)))
            .ok();
        let client = self
            .client
            .unwrap_or_default()
            .into_client(request, state, &mut faults);
        let user_info = self
            .user_info
            .filter(|user_info| user_info.is_filled_in(&mut faults));
        let Some(code) = code.filter(|_| faults.is_empty()) else {
            return Err(Error::InvalidRequest(faults));
        };
        Ok(MiniProgramLogin {
            app: self.app,
            code,
            create_user: self.create_user.unwrap_or(true),
            user_info: user_info.map(UserInfo::parse).transpose()?,
            client,
        })
    }
}

impl UserInfo {
    fn is_filled_in(&self, faults: &mut Vec<FieldFault>) -> bool {
        let before = faults.len();
        for (pointer, text) in [
            ("/user_info/encrypted_data", &self.encrypted_data),
            ("/user_info/iv", &self.iv),
        ] {
            if text.is_empty() {
                faults.push(FieldFault::new(pointer, "must not be empty"));
            }
        }
        faults.len() == before
    }

    /// Whatever is wrong with it gets the one answer that data has which does not decrypt.
    fn parse(self) -> Result<EncryptedData, Error> {
        EncryptedData::parse(&self.encrypted_data, &self.iv)
            .map_err(|_says_nothing_by_design| Error::SessionKeyStale)
    }
}

impl Login {
    fn new(logged_in: LoggedIn) -> Self {
        Self {
            token: logged_in.token.expose().to_owned(),
            token_type: "Bearer",
            expires_in: (logged_in.session.expires_at - logged_in.session.created_at).whole_seconds(),
            is_new_user: logged_in.is_new_user,
            session: SessionBody::current(&logged_in.session),
            user: UserBody::from(&logged_in.user),
            user_info: logged_in.user_info,
        }
    }
}
