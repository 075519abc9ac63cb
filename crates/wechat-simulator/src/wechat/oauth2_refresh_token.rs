use super::Call;
use super::endpoint::{Endpoint, Methods, Reply};
use super::oauth2_access_token::Tokens;
use crate::wire::{Family, Refusal};
use crate::world::World;

pub(super) static ENDPOINT: Endpoint = Endpoint {
    path: "/sns/oauth2/refresh_token",
    methods: Methods::Both,
    family: Family::Sns,
    answer: refresh,
};

/// A user's access_token for two hours more. It takes no secret.
fn refresh(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let app_id = call.get("appid").ok_or(Refusal::APPID_MISSING)?;
    let app = world.apps.by_id(app_id).ok_or(Refusal::INVALID_APPID)?;
    if call.get("grant_type") != Some("refresh_token") {
        return Err(Refusal::INVALID_GRANT_TYPE);
    }
    let token = call.get("refresh_token").ok_or(Refusal::REFRESH_TOKEN_MISSING)?;
    let now = world.clock.now();
    let pair = world.user_tokens.refresh(&app.app_id, token, now)?;
    Ok(Reply::json(&Tokens::of(pair)))
}
