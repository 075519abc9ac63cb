use std::sync::Arc;

use serde_json::{Map, Value};

use super::Authenticated;
use crate::{
    AppName, Apps, Channel, EncryptedData, Error,
    own_data::decrypt_own,
    ports::{Clock, SessionKeys, WeChat},
};

/// What WeChat encrypted for a mini-program's person → plain JSON, for a backend that has the person's token.
pub struct Decrypt {
    wechat: Arc<dyn WeChat>,
    session_keys: Arc<dyn SessionKeys>,
    clock: Arc<dyn Clock>,
    apps: Apps,
}

impl Decrypt {
    /// With these ports.
    #[must_use]
    pub fn new(
        wechat: Arc<dyn WeChat>,
        session_keys: Arc<dyn SessionKeys>,
        clock: Arc<dyn Clock>,
        apps: Apps,
    ) -> Self {
        Self {
            wechat,
            session_keys,
            clock,
            apps,
        }
    }

    /// Decrypts it with the keys of the session's own person at its own app. `visible_apps` are those of the backend; `None` is all.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where the session is of an app that is none of the backend's: to it there is no such session.
    /// [`Error::InvalidRequest`] where the session is no mini-program's: no later login of it changes that.
    /// [`Error::SessionKeyStale`] for everything that does not decrypt or verify.
    #[tracing::instrument(name = "decrypt", skip_all)]
    pub async fn run(
        &self,
        who: &Authenticated,
        data: &EncryptedData,
        visible_apps: Option<&[AppName]>,
    ) -> Result<Map<String, Value>, Error> {
        let session = &who.session;
        if visible_apps.is_some_and(|visible| !visible.contains(&session.app)) {
            return Err(Error::Unauthenticated);
        }
        if session.channel != Channel::MiniProgram {
            let message = "only a mini-program's session has a session_key";
            return Err(Error::invalid("/token", message));
        }
        let app = self.apps.by_name(&session.app).ok_or(Error::SessionKeyStale)?;
        let keys = (&*self.wechat, &*self.session_keys);
        decrypt_own(keys, (app, &session.openid), None, data, self.clock.now()).await
    }
}
