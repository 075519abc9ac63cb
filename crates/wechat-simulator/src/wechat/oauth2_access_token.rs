use serde::Serialize;

use super::Call;
use super::endpoint::{Endpoint, Methods, Reply};
use crate::user_tokens::TokenPair;
use crate::wire::{Family, Refusal};
use crate::world::World;

pub(super) static ENDPOINT: Endpoint = Endpoint {
    path: "/sns/oauth2/access_token",
    methods: Methods::Both,
    family: Family::Sns,
    answer: exchange,
};

/// What both calls that give user tokens answer, in WeChat's order.
#[derive(Serialize)]
pub(super) struct Tokens {
    access_token: String,
    expires_in: u32,
    refresh_token: String,
    openid: String,
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_snapshotuser: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unionid: Option<String>,
}

impl Tokens {
    pub(super) fn of(pair: &TokenPair) -> Self {
        Self {
            access_token: pair.access_token.to_string(),
            expires_in: 7200,
            refresh_token: pair.refresh_token.to_string(),
            openid: pair.person.openid(&pair.app_id),
            scope: pair.consent.scope.as_str(),
            is_snapshotuser: pair.consent.snapshot.then_some(1),
            unionid: None,
        }
    }
}

/// A website's, an app's or an official account's code for its person and their tokens.
fn exchange(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let app = call.app(world)?;
    if call.get("grant_type") != Some("authorization_code") {
        return Err(Refusal::INVALID_GRANT_TYPE);
    }
    let code = call.get("code").ok_or(Refusal::MISSING_CODE)?;
    let (person, consent) = world.exchange_oauth_code(&app, code)?;
    let now = world.clock.now();
    let unionid = person.unionid(&app).filter(|_| consent.scope.shows_profile());
    let pair = world.user_tokens.give(&app, person, consent, now);
    Ok(Reply::json(&Tokens {
        unionid,
        ..Tokens::of(pair)
    }))
}
