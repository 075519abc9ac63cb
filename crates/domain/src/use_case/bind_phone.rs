use std::{sync::Arc, time::Duration};

use super::Authenticated;
use crate::{
    App, AppAccessTokens, Apps, Channel, EncryptedData, Error, OpenId, Phone, PhoneCode, User,
    add_way_in::add_way_in,
    claim_code::claim_for,
    link::NewWayIn,
    own_data::decrypt_own,
    ports::{Clock, Exchanges, SessionKeys, Users, WeChat},
    verified_phone,
};

/// How a mini-program's person proves a phone number.
#[derive(Debug)]
pub enum PhoneProof {
    /// The code of the button that asks for it.
    Code(PhoneCode),
    /// What older base libraries give: the number itself, encrypted with the person's `session_key`.
    Data(EncryptedData),
}

/// What binding a phone needs of the world.
#[expect(missing_docs, reason = "each field is named for its port")]
pub struct BindPhonePorts {
    pub wechat: Arc<dyn WeChat>,
    pub users: Arc<dyn Users>,
    pub session_keys: Arc<dyn SessionKeys>,
    pub exchanges: Arc<dyn Exchanges>,
    pub app_tokens: Arc<AppAccessTokens>,
    pub clock: Arc<dyn Clock>,
}

/// Makes a phone number that WeChat verified a way in of whoever is signed in.
pub struct BindPhone {
    ports: BindPhonePorts,
    apps: Apps,
    wechat_timeout: Duration,
}

impl BindPhone {
    /// With these ports. `wechat_timeout` is for all calls to WeChat together.
    #[must_use]
    pub const fn new(ports: BindPhonePorts, apps: Apps, wechat_timeout: Duration) -> Self {
        Self {
            ports,
            apps,
            wechat_timeout,
        }
    }

    /// Binds the number, and gives the user as they are then.
    ///
    /// # Errors
    /// [`Error::LoginMethodTaken`] where it is another user's, [`Error::InvalidRequest`] where the session is no mini-program's: only there
    /// WeChat gives numbers. Else everything that WeChat or a store may say.
    #[tracing::instrument(name = "bind_phone", skip_all)]
    pub async fn run(&self, who: &Authenticated, proof: &PhoneProof) -> Result<User, Error> {
        let session = &who.session;
        if session.channel != Channel::MiniProgram {
            let message = "WeChat gives phone numbers to mini-programs alone: sign in there";
            return Err(Error::invalid("", message));
        }
        let app = self.apps.by_name(&session.app).ok_or(Error::AppUnknown)?;
        let phone = match proof {
            PhoneProof::Code(code) => self.of_code(app, &session.openid, code).await?,
            PhoneProof::Data(data) => self.of_data(app, &session.openid, data).await?,
        };
        let (users, now) = (&*self.ports.users, self.ports.clock.now());
        let account = add_way_in(users, who, &NewWayIn::Phone(phone), now).await?;
        Ok(account.user)
    }

    async fn of_code(&self, app: &App, openid: &OpenId, code: &PhoneCode) -> Result<Phone, Error> {
        let BindPhonePorts {
            wechat,
            exchanges,
            app_tokens,
            clock,
            ..
        } = &self.ports;
        let ask = verified_phone::of_code(
            (&**wechat, app_tokens, &**clock),
            (app, openid),
            code,
            self.wechat_timeout,
        );
        let digest = code.digest(&app.app_id);
        claim_for(
            &**exchanges,
            &**clock,
            &digest,
            ask,
            crate::AppCallError::leaves_code_unspent,
        )
        .await
    }

    async fn of_data(&self, app: &App, openid: &OpenId, data: &EncryptedData) -> Result<Phone, Error> {
        let keys = (&*self.ports.wechat, &*self.ports.session_keys);
        let now = self.ports.clock.now();
        let decrypted = decrypt_own(keys, (app, openid), None, data, now).await?;
        verified_phone::of_data(&decrypted).ok_or(Error::SessionKeyStale)
    }
}
