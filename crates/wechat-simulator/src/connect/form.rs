use std::sync::Arc;

use actix_web::http::header::HeaderMap;

use super::answer;
use super::query::Query;
use crate::person::{DEMO_PERSON, Person};
use crate::rejection::Rejection;
use crate::world::World;

/// Who holds the phone: a name that was typed, else who was picked, else who it was the last time.
pub(super) fn holder(world: &mut World, form: &Query, headers: &HeaderMap) -> Result<Arc<Person>, Rejection> {
    match form.get("name").or_else(|| form.get("person")) {
        Some(person) => world.people.called(person),
        None => usual_holder(world, headers),
    }
}

/// Who it was the last time, as long as the world remembers them; else the demo person.
pub(super) fn usual_holder(world: &mut World, headers: &HeaderMap) -> Result<Arc<Person>, Rejection> {
    match answer::remembered(headers).and_then(|id| world.people.by_id(&id)) {
        Some(person) => Ok(person),
        None => world.people.called(DEMO_PERSON),
    }
}
