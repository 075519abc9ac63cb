use serde::Serialize;

use super::query::Query;
use crate::wire::Refusal;
use crate::world::World;

/// In WeChat's order.
#[derive(Serialize)]
pub(super) struct Answer {
    session_key: String,
    openid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Option<String>,
}

/// A mini-program's login code for its person and their session key.
///
/// WeChat does not say in which order it looks at the parameters; the code comes last, so that a wrong secret
/// does not cost it.
pub(super) fn exchange(world: &mut World, query: &Query) -> Result<Answer, Refusal> {
    let app = query.app(world)?;
    if query.get("grant_type") != Some("authorization_code") {
        return Err(Refusal::INVALID_GRANT_TYPE);
    }
    let code = query.get("js_code").ok_or(Refusal::MISSING_CODE)?;
    let signed_in = world.exchange_login_code(&app, code)?;
    Ok(Answer {
        session_key: signed_in.session_key.text(),
        openid: signed_in.person.openid(&app.app_id),
        unionid: signed_in.person.unionid(&app),
    })
}
