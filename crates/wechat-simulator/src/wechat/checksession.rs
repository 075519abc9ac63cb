use super::Call;
use super::endpoint::{Endpoint, Methods, Reply};
use crate::session_key::KeyRing;
use crate::wire::{Family, Refusal};
use crate::world::World;

pub(super) static ENDPOINT: Endpoint = Endpoint {
    path: "/wxa/checksession",
    methods: Methods::Both,
    family: Family::Cgi,
    answer: check,
};

/// Whether the app's server holds the person's valid `session_key`.
fn check(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    signed_ring(world, call).map(|_ring| Reply::ok())
}

/// The keys of the person whom the call is about, where it is signed with the valid one.
///
/// WeChat documents the parameters in the body, and shows them in the query.
pub(super) fn signed_ring<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut KeyRing, Refusal> {
    let app = call.mini_program_by_token(world)?;
    let openid = call.get("openid").ok_or(Refusal::OPENID_MISSING)?;
    if call.get("sig_method") != Some("hmac_sha256") {
        return Err(Refusal::INVALID_SIG_METHOD);
    }
    let signature = call.get("signature").ok_or(Refusal::INVALID_ARGS)?;
    let ring = world.keys.find(&app, openid).ok_or(Refusal::INVALID_OPENID)?;
    if ring.valid().is_none() {
        return Err(Refusal::NO_SESSION_KEY);
    }
    if ring.signed(signature) {
        Ok(ring)
    } else {
        Err(Refusal::INVALID_SIGNATURE)
    }
}
