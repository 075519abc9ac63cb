use serde::Serialize;

use super::Call;
use super::endpoint::{Endpoint, Methods, Reply};
use crate::wire::{Family, Refusal};
use crate::world::World;

pub(super) static ENDPOINT: Endpoint = Endpoint {
    path: "/sns/jscode2session",
    methods: Methods::Both,
    family: Family::Sns,
    answer: exchange,
};

/// In WeChat's order.
#[derive(Serialize)]
struct Answer {
    session_key: String,
    openid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Option<String>,
}

/// A mini-program's login code for its person and their session key.
///
/// WeChat does not say in which order it looks at the parameters; the code comes last, so that a wrong secret
/// does not cost it.
fn exchange(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let app = call.app(world)?;
    if call.get("grant_type") != Some("authorization_code") {
        return Err(Refusal::INVALID_GRANT_TYPE);
    }
    let code = call.get("js_code").ok_or(Refusal::MISSING_CODE)?;
    let signed_in = world.exchange_login_code(&app, code)?;
    Ok(Reply::json(&Answer {
        session_key: signed_in.session_key.text(),
        openid: signed_in.person.openid(&app.app_id),
        unionid: signed_in.person.unionid(&app),
    }))
}
