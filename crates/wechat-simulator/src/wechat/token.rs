use serde::Serialize;

use super::Call;
use super::endpoint::{Endpoint, Methods, Reply};
use crate::app_tokens::Fetched;
use crate::wire::{Family, Refusal};
use crate::world::World;

pub(super) static ENDPOINT: Endpoint = Endpoint {
    path: "/cgi-bin/token",
    methods: Methods::Both,
    family: Family::Cgi,
    answer: fetch,
};

#[derive(Serialize)]
struct Answer {
    access_token: String,
    expires_in: u64,
}

/// A new access_token of the app, which ends the one before.
fn fetch(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let app = call.app_for_token(world)?;
    let now = world.clock.now();
    world.quotas.use_token(&app.app_id, now)?;
    Ok(answer(&world.app_tokens.classic(&app.app_id, now)))
}

pub(super) fn answer(fetched: &Fetched) -> Reply {
    Reply::json(&Answer {
        access_token: fetched.token.to_string(),
        expires_in: fetched.expires_in,
    })
}
