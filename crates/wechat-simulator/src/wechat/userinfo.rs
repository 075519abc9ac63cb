use serde::Serialize;

use super::Call;
use super::endpoint::{Endpoint, Methods, Reply};
use crate::user_info::{ANONYMOUS, ANONYMOUS_AVATAR, avatar};
use crate::user_tokens::TokenPair;
use crate::wire::{Family, Refusal};
use crate::world::World;

pub(super) static ENDPOINT: Endpoint = Endpoint {
    path: "/sns/userinfo",
    methods: Methods::Both,
    family: Family::Sns,
    answer: show,
};

/// In WeChat's order. Since 2021 gender and region are empty for everybody.
#[derive(Serialize)]
struct Answer<'a> {
    openid: String,
    nickname: &'a str,
    sex: u8,
    language: &'a str,
    city: &'a str,
    province: &'a str,
    country: &'a str,
    headimgurl: String,
    privilege: [&'a str; 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Option<String>,
}

/// The profile of a person who allowed it.
fn show(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let pair = allowed_pair(world, call)?;
    if !pair.consent.scope.shows_profile() {
        return Err(Refusal::API_UNAUTHORIZED);
    }
    // Tokens do not outlive their app and person: a reset ends all three.
    let app = world.apps.by_id(&pair.app_id);
    let app = app.ok_or(Refusal::INVALID_CREDENTIAL)?;
    let person = world.people.by_id(&pair.person);
    let (nickname, headimgurl) = match &person {
        _ if pair.consent.snapshot => (ANONYMOUS, ANONYMOUS_AVATAR.to_owned()),
        Some(person) => (person.nickname.as_deref().unwrap_or(&person.name), avatar(person)),
        None => return Err(Refusal::INVALID_CREDENTIAL),
    };
    Ok(Reply::json(&Answer {
        openid: pair.person.openid(&pair.app_id),
        nickname,
        sex: 0,
        language: "",
        city: "",
        province: "",
        country: "",
        headimgurl,
        privilege: [],
        unionid: pair.person.unionid(&app),
    }))
}

/// What the shown token allows, where it is this person's.
pub(super) fn allowed_pair(world: &mut World, call: &Call) -> Result<TokenPair, Refusal> {
    let token = call.get("access_token").ok_or(Refusal::ACCESS_TOKEN_MISSING)?;
    let openid = call.get("openid").ok_or(Refusal::OPENID_MISSING)?;
    let now = world.clock.now();
    let pair = world.user_tokens.by_access_token(token, now)?.clone();
    if pair.person.openid(&pair.app_id) != openid {
        return Err(Refusal::INVALID_OPENID);
    }
    Ok(pair)
}
