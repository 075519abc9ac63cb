use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::Channel;
use crate::rejection::Rejection;
use crate::world::{CodeKind, World};

#[derive(Deserialize)]
pub(super) struct NewCode {
    app_id: String,
    person: String,
    #[serde(default)]
    kind: CodeKind,
}

#[derive(Serialize)]
pub(super) struct Issued {
    code: Arc<str>,
    expires_in: u64,
}

pub(super) fn issue(world: &mut World, new: &NewCode) -> Result<Issued, Rejection> {
    let app = world.apps.called(&new.app_id)?;
    if new.kind == CodeKind::Phone && app.channel != Channel::MiniProgram {
        return Err(Rejection::invalid(
            "Only mini-programs have the button that gives a phone code.",
        ));
    }
    let person = world.people.called(&new.person)?;
    if new.kind == CodeKind::Phone {
        world.people.bind_phone(&person.id);
    }
    let (code, life) = world.issue_code(&app, &person.id, new.kind);
    Ok(Issued {
        code,
        expires_in: life.as_secs(),
    })
}
