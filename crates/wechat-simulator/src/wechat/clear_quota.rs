use super::Call;
use super::endpoint::{Endpoint, Methods, Reply};
use crate::wire::{Family, Refusal};
use crate::world::World;

pub(super) static ENDPOINT: Endpoint = Endpoint {
    path: "/cgi-bin/clear_quota",
    methods: Methods::Post,
    family: Family::Cgi,
    answer: clear_by_token,
};

/// The same for who has used up all tokens.
pub(super) static ENDPOINT_V2: Endpoint = Endpoint {
    path: "/cgi-bin/clear_quota/v2",
    methods: Methods::PostAnywhere,
    family: Family::Cgi,
    answer: clear_by_secret,
};

fn clear_by_token(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let app = call.app_by_token(world)?;
    call.json()?;
    let app_id = call.get("appid").ok_or(Refusal::APPID_MISSING)?;
    if app_id != app.app_id {
        return Err(Refusal::INVALID_APPID);
    }
    clear(world, app_id)
}

/// WeChat documents the parameters in the body, and shows them in the query.
fn clear_by_secret(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let app_id = call.get("appid").ok_or(Refusal::APPID_MISSING)?;
    let app = world.apps.by_id(app_id).ok_or(Refusal::INVALID_APPID)?;
    let secret = call.get("appsecret").ok_or(Refusal::APPSECRET_MISSING)?;
    if secret != app.secret {
        return Err(Refusal::INVALID_APPSECRET);
    }
    clear(world, &app.app_id)
}

fn clear(world: &mut World, app_id: &str) -> Result<Reply, Refusal> {
    let now = world.clock.now();
    world.quotas.clear(app_id, now)?;
    Ok(Reply::ok())
}
