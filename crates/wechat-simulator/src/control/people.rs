use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web::{Data, Json};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::person::{Person, PersonId};
use crate::rejection::Rejection;
use crate::server::State;
use crate::world::World;

#[derive(Deserialize)]
pub(super) struct NewPerson {
    name: String,
    phone: Option<String>,
    nickname: Option<String>,
    blocked: Option<bool>,
}

/// A person, and how the apps know them.
#[derive(Serialize)]
pub(super) struct Known {
    id: PersonId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    blocked: bool,
    openids: BTreeMap<String, String>,
    unionids: BTreeMap<String, String>,
}

pub(super) async fn list(state: Data<State>) -> Json<Vec<Known>> {
    // Many people at many apps are many hashes: the world must not wait for them.
    let (people, apps) = {
        let world = state.world();
        (world.people.all().to_vec(), world.apps.all().to_vec())
    };
    Json(people.iter().map(|person| Known::new(person, &apps)).collect())
}

pub(super) fn put(world: &mut World, new: &NewPerson) -> Result<Known, Rejection> {
    let person = world
        .people
        .put(&new.name, new.phone.clone(), new.nickname.clone(), new.blocked)?;
    Ok(Known::new(&person, world.apps.all()))
}

impl Known {
    fn new(person: &Person, apps: &[Arc<App>]) -> Self {
        let id = &person.id;
        Self {
            id: id.clone(),
            name: person.name.clone(),
            phone: person.phone.clone(),
            nickname: person.nickname.clone(),
            blocked: person.blocked,
            openids: apps
                .iter()
                .map(|app| (app.app_id.clone(), id.openid(&app.app_id)))
                .collect(),
            unionids: apps
                .iter()
                .filter_map(|app| app.open_platform.clone().zip(id.unionid(app)))
                .collect(),
        }
    }
}
