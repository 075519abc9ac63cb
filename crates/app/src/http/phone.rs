//! `POST /v1/me/phone`: a phone number that WeChat verified becomes a way in.

use std::sync::Arc;

use actix_web::{HttpRequest, web::Json};
use serde::Deserialize;
use utoipa::ToSchema;
use wechat_login_domain::{Error, FieldFault, PhoneCode, use_case::PhoneProof};

use super::{
    AppState, Problem, auth::SignedInWith, encrypted::EncryptedBody, login::in_turn, problem::ProblemBody,
    representation::UserBody,
};
use crate::runtime::Door;

/// What the phone button gave. Old base libraries give no code; where all of it is sent, the code counts.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PhoneRequest {
    /// The code of the button, not that of `wx.login`.
    #[schema(min_length = 1, max_length = 512)]
    code: Option<String>,
    /// The number, encrypted by WeChat.
    #[serde(alias = "encryptedData")]
    encrypted_data: Option<String>,
    /// With `encrypted_data`.
    iv: Option<String>,
}

impl PhoneRequest {
    fn into_proof(self) -> Result<PhoneProof, Error> {
        if let Some(code) = &self.code {
            let code = PhoneCode::parse(code);
            let fault = |error| Error::InvalidRequest(vec![FieldFault::new("/code", error)]);
            return code.map(PhoneProof::Code).map_err(fault);
        }
        let data = match (self.encrypted_data, self.iv) {
            (Some(encrypted_data), Some(iv)) => EncryptedBody { encrypted_data, iv },
            (Some(_), None) => return Err(Error::invalid("/iv", "is required")),
            (None, Some(_)) => return Err(Error::invalid("/encrypted_data", "is required")),
            (None, None) => return Err(Error::invalid("/code", "is required, or encrypted_data and iv")),
        };
        let mut faults = Vec::new();
        if data.is_filled_in("", &mut faults) {
            Ok(PhoneProof::Data(data.parse()?))
        } else {
            Err(Error::InvalidRequest(faults))
        }
    }
}

/// Bind my phone number.
///
/// It becomes a way in, and the one that I am called by. For sessions of mini-programs, as WeChat gives numbers nowhere else. A number that
/// is another user's is 409 `login_method_taken`, and nothing changes.
#[utoipa::path(
    post, path = "/v1/me/phone", operation_id = "bind_phone", tag = "user", security(("token" = []), ("cookie" = [])), request_body = PhoneRequest,
    responses(
        (status = 200, body = UserBody), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody),
        (status = 429, body = ProblemBody), (status = 502, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn bind(
    request: HttpRequest,
    SignedInWith(found, body): SignedInWith<PhoneRequest>,
) -> Result<Json<UserBody>, Problem> {
    let state = AppState::of(&request);
    let proof = body.into_proof()?;
    let use_cases = Arc::clone(&state.use_cases);
    let work = async move { use_cases.bind_phone.run(&found, &proof).await };
    Ok(Json(UserBody::from(
        &in_turn(&state.runtime, Door::SignedIn, work).await??,
    )))
}
