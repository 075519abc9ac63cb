use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::params::Params;
use crate::app::{App, Channel};
use crate::wire::Refusal;
use crate::world::World;

/// What an app's server asks.
pub(crate) struct Call {
    params: Params,
    body: Vec<u8>,
    /// Who asks, where that is known.
    pub(crate) from: Option<IpAddr>,
    /// How the caller reached the simulator, such as `http://127.0.0.1:8081`.
    pub(crate) origin: String,
}

impl Call {
    /// Of a call that takes JSON.
    pub(super) fn json_only(self, query: &str) -> Self {
        Self {
            params: Params::of_json(query, &self.body),
            ..self
        }
    }

    pub(crate) fn new(query: &str, body: Vec<u8>, from: Option<IpAddr>, origin: String) -> Self {
        Self {
            params: Params::parse(query, &body),
            body,
            from,
            origin,
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

    /// The app that asks for an `access_token`, from an address that it may ask from.
    pub(crate) fn app_for_token(&self, world: &World) -> Result<Arc<App>, Refusal> {
        if self.get("grant_type") != Some("client_credential") {
            return Err(Refusal::INVALID_GRANT_TYPE);
        }
        let app = self.app(world)?;
        match self.from {
            Some(ip) if !app.ip_allowlist.is_empty() && !app.ip_allowlist.contains(&ip) => {
                Err(Refusal::invalid_ip(ip))
            }
            _ => Ok(app),
        }
    }

    /// The app that calls, by its `access_token`.
    pub(crate) fn app_by_token(&self, world: &mut World) -> Result<Arc<App>, Refusal> {
        let token = self.get("access_token").ok_or(Refusal::ACCESS_TOKEN_MISSING)?;
        let now = world.clock.now();
        let unknown = Refusal::unknown_token(world.settings.unknown_token_errcode);
        if !world.app_tokens.knows(token) {
            return Err(unknown);
        }
        let app_id = world.app_tokens.owner(token, now)?;
        world.apps.by_id(app_id).ok_or(unknown)
    }

    /// The same, for what only mini-programs have.
    pub(crate) fn mini_program_by_token(&self, world: &mut World) -> Result<Arc<App>, Refusal> {
        let app = self.app_by_token(world)?;
        if app.channel == Channel::MiniProgram {
            Ok(app)
        } else {
            Err(Refusal::API_UNAUTHORIZED)
        }
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
