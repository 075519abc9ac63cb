use super::Call;
use super::endpoint::{Endpoint, Methods, Reply};
use super::userinfo::allowed_pair;
use crate::wire::{Family, Refusal};
use crate::world::World;

pub(super) static ENDPOINT: Endpoint = Endpoint {
    path: "/sns/auth",
    methods: Methods::Both,
    family: Family::Sns,
    answer: check,
};

/// Whether a user's access_token still works.
fn check(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    allowed_pair(world, call).map(|_pair| Reply::ok())
}
