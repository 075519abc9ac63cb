use serde::Deserialize;

use crate::app::Channel;
use crate::rejection::Rejection;
use crate::user_info::UserInfo;
use crate::world::World;

#[derive(Deserialize)]
pub(super) struct Whose {
    pub(super) app_id: String,
    pub(super) person: String,
    /// Encrypts as a device does whose key WeChat has replaced.
    #[serde(default)]
    pub(super) stale_key: bool,
}

pub(super) fn make(world: &mut World, whose: &Whose) -> Result<UserInfo, Rejection> {
    let app = world.apps.called(&whose.app_id)?;
    if app.channel != Channel::MiniProgram {
        return Err(Rejection::invalid(
            "Only mini-programs receive encrypted user info.",
        ));
    }
    let person = world.people.called(&whose.person)?;
    let key = world.encrypting_key(&app, &person.id, whose.stale_key);
    Ok(UserInfo::of(&person, &app, key, world.clock.now()))
}
