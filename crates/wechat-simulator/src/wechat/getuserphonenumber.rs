use serde::Serialize;

use super::Call;
use super::endpoint::{Endpoint, Methods, Reply};
use crate::phone_number::PhoneNumber;
use crate::wire::{Family, Refusal};
use crate::world::World;

pub(super) static ENDPOINT: Endpoint = Endpoint {
    path: "/wxa/business/getuserphonenumber",
    methods: Methods::Post,
    family: Family::Wxa,
    answer: show,
};

#[derive(Serialize)]
struct Answer<'a> {
    errcode: u8,
    errmsg: &'a str,
    phone_info: PhoneNumber<'a>,
}

/// The phone number for which a person has pressed the button.
fn show(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let app = call.mini_program_by_token(world)?;
    call.json()?;
    if !app.phone_enabled {
        return Err(Refusal::API_UNAUTHORIZED);
    }
    let code = call.get("code").ok_or(Refusal::INVALID_ARGS)?;
    let person = world.exchange_phone_code(&app, code, call.get("openid"))?;
    let now = world.clock.now();
    // A code is only given for somebody with a number; a number cannot be taken away again.
    let person = world.people.by_id(&person).ok_or(Refusal::INVALID_CODE)?;
    let phone_info = PhoneNumber::of(&person, &app, now).ok_or(Refusal::INVALID_CODE)?;
    Ok(Reply::json(&Answer {
        errcode: 0,
        errmsg: "ok",
        phone_info,
    }))
}
