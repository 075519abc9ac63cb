use serde_json::Value;

use super::Call;
use super::endpoint::{Endpoint, Methods, Reply};
use super::token::answer;
use crate::wire::{Family, Refusal};
use crate::world::World;

pub(super) static ENDPOINT: Endpoint = Endpoint {
    path: "/cgi-bin/stable_token",
    methods: Methods::Post,
    family: Family::Cgi,
    answer: fetch,
};

/// The `access_token` that all servers of an app share.
fn fetch(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let app = call.app_for_token(world)?;
    let now = world.clock.now();
    let fetched = match body.get("force_refresh") {
        Some(Value::Bool(true)) => world.app_tokens.force_stable(&app.app_id, now)?,
        _ => world.app_tokens.stable(&app.app_id, now),
    };
    Ok(answer(&fetched))
}
