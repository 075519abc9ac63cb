//! `POST /v1/decrypt`: what WeChat encrypted for a mini-program, for a backend.

use actix_web::{HttpRequest, web::Json};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use wechat_login_domain::{Error, SessionToken};

use super::{AppState, Problem, auth::BackendWith, encrypted::EncryptedBody, problem::ProblemBody};
use crate::config::{ApiClient, Claim};

/// A mini-program's session, and data of its person.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DecryptRequest {
    /// The token of the person's session here.
    token: String,
    #[serde(flatten)]
    data: EncryptedBody,
}

/// Decrypt what WeChat encrypted for the person of a token.
///
/// WeChat's JSON as it is, once it is proven to be the app's, the person's and no older than five minutes. `openId` and `unionId` are there
/// with the claims `openid` and `unionid`, phone numbers with `phone`.
///
/// 422 `session_key_stale`: the client must call wx.login again. 400 at `/token`: the session is no mini-program's, and has no session_key. 401 `client_unauthorized` is about this call's Basic credentials; 401
/// `unauthenticated`, `session_expired` or `session_revoked` about the token, which for one of an app that is none of the client's is
/// `unauthenticated`: pass it on to the person.
#[utoipa::path(
    post, path = "/v1/decrypt", operation_id = "decrypt", tag = "backend", security(("client" = [])), request_body = DecryptRequest,
    responses(
        (status = 200, body = Object), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn handle(
    request: HttpRequest,
    BackendWith(client, body): BackendWith<DecryptRequest>,
) -> Result<Json<Map<String, Value>>, Problem> {
    let state = AppState::of(&request);
    let mut faults = Vec::new();
    if !body.data.is_filled_in("", &mut faults) {
        return Err(Error::InvalidRequest(faults).into());
    }
    let token = SessionToken::parse(&body.token).map_err(|_is_none| Error::Unauthenticated)?;
    let found = state.use_cases.authenticate.run(&token).await?;
    let data = body.data.parse()?;
    let visible_apps = (!client.apps.is_empty()).then_some(client.apps.as_slice());
    let mut plain = state.use_cases.decrypt.run(&found, &data, visible_apps).await?;
    withhold(&mut plain, &client);
    Ok(Json(plain))
}

/// Takes away what the client has no claim to, wherever it stands.
fn withhold(object: &mut Map<String, Value>, client: &ApiClient) {
    object.retain(|name, _| claim_of(name).is_none_or(|claim| client.claims.contains(&claim)));
    for value in object.values_mut() {
        withhold_in(value, client);
    }
}

fn withhold_in(value: &mut Value, client: &ApiClient) {
    match value {
        Value::Object(object) => withhold(object, client),
        Value::Array(values) => values.iter_mut().for_each(|value| withhold_in(value, client)),
        _ => {}
    }
}

fn claim_of(name: &str) -> Option<Claim> {
    let plain = name.replace('_', "").to_ascii_lowercase();
    match plain.as_str() {
        "openid" => Some(Claim::OpenId),
        "unionid" => Some(Claim::UnionId),
        "phonenumber" | "purephonenumber" => Some(Claim::Phone),
        _ => None,
    }
}
