use serde::Serialize;

use super::Call;
use super::checksession::signed_ring;
use super::endpoint::{Endpoint, Methods, Reply};
use crate::wire::{Family, Refusal};
use crate::world::World;

pub(super) static ENDPOINT: Endpoint = Endpoint {
    path: "/wxa/resetusersessionkey",
    methods: Methods::Both,
    family: Family::Cgi,
    answer: reset,
};

#[derive(Serialize)]
struct Answer<'a> {
    errcode: u8,
    errmsg: &'a str,
    openid: &'a str,
    session_key: String,
}

/// Another session_key; the one before is void at once.
fn reset(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let now = world.clock.now();
    let key = signed_ring(world, call)?.renew(now);
    Ok(Reply::json(&Answer {
        errcode: 0,
        errmsg: "ok",
        openid: call.get("openid").unwrap_or_default(),
        session_key: key.text(),
    }))
}
