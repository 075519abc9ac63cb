use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::params::Params;
use crate::app::App;
use crate::wire::Refusal;
use crate::world::World;

/// What an app's server asks.
pub(crate) struct Call {
    params: Params,
    body: Vec<u8>,
    /// Who asks, where that is known.
    pub(crate) from: Option<IpAddr>,
}

impl Call {
    pub(crate) fn new(query: &str, body: Vec<u8>, from: Option<IpAddr>) -> Self {
        Self {
            params: Params::parse(query, &body),
            body,
            from,
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.params.get(name)
    }

    /// The body of a call that takes nothing else.
    pub(crate) fn json(&self) -> Result<Map<String, Value>, Refusal> {
        if self.body.is_empty() {
            return Err(Refusal::EMPTY_POST_DATA);
        }
        serde_json::from_slice(&self.body).map_err(|_no_object| Refusal::DATA_FORMAT_ERROR)
    }

    /// The app that calls, by its id and secret.
    pub(crate) fn app(&self, world: &World) -> Result<Arc<App>, Refusal> {
        let app_id = self.get("appid").ok_or(Refusal::APPID_MISSING)?;
        let app = world.apps.by_id(app_id).ok_or(Refusal::INVALID_APPID)?;
        let secret = self.get("secret").ok_or(Refusal::APPSECRET_MISSING)?;
        if secret == app.secret {
            Ok(app)
        } else {
            Err(Refusal::INVALID_APPSECRET)
        }
    }
}
