//! `/v1/me`: the user of the token.

use std::sync::Arc;

use actix_web::{HttpRequest, web::Json};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use wechat_login_domain::{Error, FieldFault, ProfileEdit};

use super::{
    AppState, Problem,
    auth::{SignedIn, SignedInWith},
    problem::ProblemBody,
    representation::UserBody,
};

/// What a user changes about themselves: a field that is left out stays, one that is null is removed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ProfileChange {
    /// 1 to 64 characters.
    #[serde(default, deserialize_with = "given", alias = "nickName")]
    #[schema(value_type = Option<String>)]
    nickname: Option<Option<String>>,
    /// An http or https address of at most 512 characters.
    #[serde(default, deserialize_with = "given", alias = "avatarUrl")]
    #[schema(value_type = Option<String>)]
    avatar_url: Option<Option<String>>,
}

/// Tells null from nothing: serde takes both for `None`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl TryFrom<ProfileChange> for ProfileEdit {
    type Error = Error;

    fn try_from(change: ProfileChange) -> Result<Self, Error> {
        let mut edit = Self::default();
        let mut faults = Vec::new();
        let mut note = |pointer: &str, result: Result<(), wechat_login_domain::InvalidProfile>| {
            if let Err(error) = result {
                faults.push(FieldFault::new(pointer, error));
            }
        };
        if let Some(nickname) = change.nickname {
            note("/nickname", edit.set_nickname(nickname.as_deref()));
        }
        if let Some(avatar_url) = change.avatar_url {
            note("/avatar_url", edit.set_avatar_url(avatar_url.as_deref()));
        }
        if faults.is_empty() {
            Ok(edit)
        } else {
            Err(Error::InvalidRequest(faults))
        }
    }
}

/// The user of the token.
#[utoipa::path(
    get, path = "/v1/me", operation_id = "show_me", tag = "user", security(("token" = []), ("cookie" = [])),
    responses((status = 200, body = UserBody), (status = 401, body = ProblemBody), (status = 503, body = ProblemBody))
)]
pub(crate) async fn show(request: HttpRequest, SignedIn(found): SignedIn) -> Result<Json<UserBody>, Problem> {
    let state = AppState::of(&request);
    let user = state.run(|use_cases| async move { use_cases.show_user.run(found.user_id).await });
    Ok(Json(UserBody::from(&user.await?)))
}

/// Change what I am called and look like.
#[utoipa::path(
    patch, path = "/v1/me", operation_id = "edit_me", tag = "user", security(("token" = []), ("cookie" = [])), request_body = ProfileChange,
    responses(
        (status = 200, body = UserBody), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn edit(
    request: HttpRequest,
    SignedInWith(found, change): SignedInWith<ProfileChange>,
) -> Result<Json<UserBody>, Problem> {
    let state = AppState::of(&request);
    let edit = ProfileEdit::try_from(change)?;
    let use_cases = Arc::clone(&state.use_cases);
    let edited = state
        .runtime
        .run(async move { use_cases.edit_profile.run(found.user_id, &edit).await });
    Ok(Json(UserBody::from(&edited.await??)))
}

/// Change what I am called and look like, from a mini-program: its `wx.request` knows no `PATCH`
/// (<https://developers.weixin.qq.com/miniprogram/dev/api/network/request/wx.request.html>).
#[utoipa::path(
    post, path = "/v1/me", operation_id = "edit_me_by_post", tag = "user", security(("token" = []), ("cookie" = [])),
    request_body = ProfileChange,
    responses(
        (status = 200, body = UserBody), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn edit_by_post(
    request: HttpRequest,
    signed_in: SignedInWith<ProfileChange>,
) -> Result<Json<UserBody>, Problem> {
    edit(request, signed_in).await
}
