use std::sync::Arc;

use actix_web::web::{Data, Json};
use serde::{Deserialize, Serialize};

use crate::connect::uuid_in;
use crate::qr_login::{self, Action, QrLogin};
use crate::rejection::Rejection;
use crate::server::State;
use crate::world::World;

#[derive(Deserialize)]
pub(super) struct Scan {
    /// Or the whole link that the QR code has in it.
    uuid: String,
    person: String,
    action: Action,
    #[serde(default)]
    legacy_redirect: bool,
}

/// A QR code, and how far it has come.
#[derive(Serialize)]
pub(super) struct Scanned {
    uuid: Arc<str>,
    state: qr_login::State,
    app_id: String,
    expires_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_uri: Option<String>,
}

pub(super) fn scan(world: &mut World, scan: &Scan) -> Result<Scanned, Rejection> {
    let uuid = uuid_in(&scan.uuid);
    let person = world.people.called(&scan.person)?;
    let login = world.act_on_qr(&uuid, &person.id, scan.action, scan.legacy_redirect)?;
    Ok(Scanned::new(&login))
}

pub(super) async fn list(state: Data<State>) -> Json<Vec<Scanned>> {
    let mut world = state.world();
    let now = world.clock.now();
    Json(world.qr_logins.alive(now).map(Scanned::new).collect())
}

impl Scanned {
    fn new(login: &QrLogin) -> Self {
        Self {
            uuid: Arc::clone(&login.uuid),
            state: login.stage.state(),
            app_id: login.app.app_id.clone(),
            expires_at: login.expires_at.as_secs(),
            code: login.stage.code().cloned(),
            redirect_uri: login.redirect_uri(),
        }
    }
}
