//! `/oauth2/introspect` (RFC 7662): a backend asks whose token this is.

use actix_web::{
    HttpRequest,
    web::{Json, Payload},
};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::{
    ToSchema,
    openapi::schema::{Object, ObjectBuilder, Type},
};
use wechat_login_domain::{Apps, Error, Phone, Session, SessionToken, User, UserAccount};

use super::{
    AppState, Problem,
    auth::{Backend, session_of},
    body,
    problem::ProblemBody,
    recall::{account_of, user_of},
};
use crate::config::{ApiClient, Claim};

/// The form. Hints of what kind of token it is are ignored: there is one.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form; its fields are read one by one")]
pub(crate) struct IntrospectionForm {
    token: String,
    token_type_hint: Option<String>,
}

/// What a backend may know of a token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Introspection)]
#[serde(untagged)]
pub(crate) enum Introspection {
    Active(Box<ActiveToken>),
    Inactive(InactiveToken),
}

/// A token that opens a session of one of the client's apps.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActiveToken)]
pub(crate) struct ActiveToken {
    #[schema(schema_with = always_true)]
    active: bool,
    /// The user.
    sub: String,
    /// The company's own id for this person.
    external_id: Option<String>,
    /// Ids of users that were merged into this one.
    former_ids: Vec<String>,
    /// The session.
    sid: String,
    /// Our name of the app.
    client_id: String,
    #[schema(example = "mini_program")]
    channel: &'static str,
    /// Scopes, separated by blanks.
    scope: String,
    /// When the session was opened, in seconds since 1970.
    iat: i64,
    /// From when on it opens nothing unless it is used before, in seconds since 1970.
    exp: i64,
    /// The person at the session's app; with the claim `openid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    openid: Option<String>,
    /// With the claim `unionid`; null where the app belongs to no Open Platform account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    unionid: Option<Option<String>>,
    /// The whole number; with the claim `phone`, null where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    phone: Option<Option<String>>,
}

/// One answer for whatever is no good, so that nobody learns why: there is nothing else in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InactiveToken)]
pub(crate) struct InactiveToken {
    #[schema(schema_with = always_false)]
    active: bool,
}

fn always_true() -> Object {
    always(true)
}

fn always_false() -> Object {
    always(false)
}

fn always(value: bool) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Boolean)
        .enum_values(Some([value]))
        .build()
}

const INACTIVE: Introspection = Introspection::Inactive(InactiveToken { active: false });

/// Whose token this is.
#[utoipa::path(
    post, path = "/oauth2/introspect", operation_id = "introspect_token", tag = "backend", security(("client" = [])),
    request_body(content = IntrospectionForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = Introspection), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn handle(
    request: HttpRequest,
    Backend(client): Backend,
    payload: Payload,
) -> Result<Json<Introspection>, Problem> {
    let state = AppState::of(&request);
    let form = body::whole(
        &request,
        &mut payload.into_inner(),
        "application/x-www-form-urlencoded",
    )
    .await?;
    let Ok(token) = SessionToken::parse(&token(&form)?) else {
        return Ok(Json(INACTIVE));
    };
    let Some(found) = good(session_of(&state, &token).await?)? else {
        return Ok(Json(INACTIVE));
    };
    if !client.apps.is_empty() && !client.apps.contains(&found.session.app) {
        return Ok(Json(INACTIVE));
    }
    // Only who may see a unionid needs what it takes to find one.
    let known = if client.claims.contains(&Claim::UnionId) {
        good(account_of(&state, found.user_id).await?)?.map(|account| {
            let unionid = unionid(&found.session, &account, &state.apps);
            describe(&found.session, &account.user, Some(unionid), &client)
        })
    } else {
        good(user_of(&state, found.user_id).await?)?
            .map(|user| describe(&found.session, &user, None, &client))
    };
    Ok(Json(known.map_or(INACTIVE, |known| {
        Introspection::Active(Box::new(known))
    })))
}

/// The one `token` of the form (RFC 7662 section 2.1).
fn token(form: &[u8]) -> Result<String, Error> {
    let mut tokens = form_urlencoded::parse(form).filter(|(name, _)| name == "token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) if !token.is_empty() => Ok(token.into_owned()),
        (Some(_), Some(_)) => Err(Error::invalid("/token", "is there twice")),
        _ => Err(Error::invalid("/token", "is required")),
    }
}

/// `None` where the session is over or never was; what cannot be known stays a failure.
fn good<T>(outcome: Result<T, Error>) -> Result<Option<T>, Error> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(Error::Unauthenticated | Error::SessionExpired | Error::SessionRevoked(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn describe(
    session: &Session,
    user: &User,
    unionid: Option<Option<String>>,
    client: &ApiClient,
) -> ActiveToken {
    let may_see = |claim| client.claims.contains(&claim);
    ActiveToken {
        active: true,
        sub: user.id.to_string(),
        external_id: user.external_id.as_ref().map(ToString::to_string),
        former_ids: user.former_ids.iter().map(ToString::to_string).collect(),
        sid: session.id.to_string(),
        client_id: session.app.to_string(),
        channel: session.channel.as_str(),
        scope: user.scopes.join(" "),
        iat: session.created_at.unix_timestamp(),
        exp: session.expires_at.unix_timestamp(),
        openid: may_see(Claim::OpenId).then(|| session.openid.as_str().to_owned()),
        unionid,
        phone: may_see(Claim::Phone).then(|| user.phone.as_ref().map(Phone::expose).map(str::to_owned)),
    }
}

/// The unionid of the WeChat account that the session was opened with.
fn unionid(session: &Session, account: &UserAccount, apps: &Apps) -> Option<String> {
    let app_id = &apps.iter().find(|app| app.name == session.app)?.app_id;
    let identities = account.wechat_identities(apps).into_iter();
    identities
        .filter(|identity| identity.app_id == *app_id && identity.openid == session.openid)
        .find_map(|identity| Some(identity.unionid?.as_str().to_owned()))
}
