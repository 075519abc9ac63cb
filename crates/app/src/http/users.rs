//! `/v1/users/{id}`: a user, for a backend.

use std::sync::Arc;

use actix_web::{
    HttpRequest,
    web::{Json, Path},
};
use serde::Serialize;
use utoipa::ToSchema;
use wechat_login_domain::{Apps, Error, ExternalId, Phone, UserAccount, use_case::AccountReference};

use super::{AppState, Problem, auth::Backend, problem::ProblemBody, representation::UserBody};
use crate::config::{ApiClient, Claim};

/// A user, as a backend may see them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserAccount)]
pub(crate) struct AccountBody {
    #[serde(flatten)]
    user: UserBody,
    /// The user at WeChat's apps, as far as the client's `claims` allow.
    wechat: Vec<IdentityBody>,
}

/// A user at one WeChat app.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WeChatIdentity)]
pub(crate) struct IdentityBody {
    app_id: String,
    /// With the claim `openid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    openid: Option<String>,
    /// With the claim `unionid`; null where the app belongs to no Open Platform account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    unionid: Option<Option<String>>,
}

/// A user by our id, a former id, or `external:` and the company's own id.
#[utoipa::path(
    get, path = "/v1/users/{id}", operation_id = "show_user", tag = "backend", security(("client" = [])),
    params(("id" = String, Path, description = "Our id, a former id, or `external:…`")),
    responses(
        (status = 200, body = AccountBody), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn show(
    request: HttpRequest,
    Backend(client): Backend,
    id: Path<String>,
) -> Result<Json<AccountBody>, Problem> {
    let state = AppState::of(&request);
    let reference = reference(&id).ok_or(Error::UserNotFound)?;
    let asking = Arc::clone(&client);
    let looked_up = state.run(|use_cases| async move {
        let visible_apps = (!asking.apps.is_empty()).then_some(asking.apps.as_slice());
        use_cases.show_account.run(&reference, visible_apps).await
    });
    let account = looked_up.await?;
    Ok(Json(body(&account, &client, &state.apps)))
}

fn reference(id: &str) -> Option<AccountReference> {
    match id.strip_prefix("external:") {
        Some(external) => ExternalId::parse(external).ok().map(AccountReference::External),
        None => id.parse().ok().map(AccountReference::Id),
    }
}

fn body(account: &UserAccount, client: &ApiClient, apps: &Apps) -> AccountBody {
    let may_see = |claim| client.claims.contains(&claim);
    let mut user = UserBody::from(&account.user);
    if may_see(Claim::Phone) {
        user.phone = account.user.phone.as_ref().map(Phone::expose).map(str::to_owned);
    }
    let wechat = account
        .wechat_identities(apps)
        .into_iter()
        .map(|identity| IdentityBody {
            app_id: identity.app_id.to_string(),
            openid: may_see(Claim::OpenId).then(|| identity.openid.as_str().to_owned()),
            unionid: may_see(Claim::UnionId)
                .then(|| identity.unionid.map(|unionid| unionid.as_str().to_owned())),
        })
        .collect();
    AccountBody { user, wechat }
}
