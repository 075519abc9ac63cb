use super::user_info::Whose;
use crate::app::Channel;
use crate::encrypted::{self, Encrypted};
use crate::phone_number::PhoneNumber;
use crate::rejection::Rejection;
use crate::world::World;

/// The phone number as old mini-programs receive it: encrypted, and without a code.
pub(super) fn make(world: &mut World, whose: &Whose) -> Result<Encrypted, Rejection> {
    let app = world.apps.called(&whose.app_id)?;
    if app.channel != Channel::MiniProgram {
        return Err(Rejection::invalid("Only mini-programs have the phone button."));
    }
    let id = world.people.called(&whose.person)?.id.clone();
    let person = world.people.bind_phone(&id).expect("they were just called");
    let now = world.clock.now();
    let number = PhoneNumber::of(&person, &app, now).expect("it was just bound");
    let key = world.encrypting_key(&app, &person.id, whose.stale_key);
    Ok(Encrypted::new(&encrypted::text(&number), key))
}
