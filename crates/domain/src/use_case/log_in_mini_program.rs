use std::{sync::Arc, time::Duration};

use futures_util::future::join;
use serde_json::{Map, Value};

use crate::{
    App, AppAccessTokens, Apps, Channel, Client, EncryptedData, Error, LoggedIn, LoginCode, OpenId, Phone,
    PhoneCode, Profile, SignIn,
    ask_wechat::ask_wechat,
    claim_code::exchange_once,
    keep_key::keep_key,
    own_data::decrypt_own,
    ports::{Clock, CodeExchange, Exchanges, SessionKeys, WeChat, WeChatError},
    sign_in::Arrival,
    time_left::TimeLeft,
    verified_phone,
};

/// A mini-program's request to sign its person in.
#[derive(Debug)]
pub struct MiniProgramLogin {
    /// The app, by our name or AppID, where the request names one.
    pub app: Option<String>,
    /// The code of `wx.login`.
    pub code: LoginCode,
    /// Whether somebody new becomes a user.
    pub create_user: bool,
    /// The encrypted profile of `wx.getUserInfo`.
    pub user_info: Option<EncryptedData>,
    /// The code of the button that asks for the phone number, which becomes the person's in the same step.
    pub phone_code: Option<PhoneCode>,
    /// The device.
    pub client: Client,
}

/// Somebody signed in from a mini-program.
#[derive(Debug)]
pub struct LoggedInFromMiniProgram {
    /// Who, and what opens their session.
    pub login: LoggedIn,
    /// The decrypted profile, where one was sent: without openId and unionId, which prove nothing in it.
    pub user_info: Option<Map<String, Value>>,
}

/// What signing in needs of the world.
#[expect(missing_docs, reason = "each field is named for its port")]
pub struct LogInMiniProgramPorts {
    pub wechat: Arc<dyn WeChat>,
    pub session_keys: Arc<dyn SessionKeys>,
    pub exchanges: Arc<dyn Exchanges>,
    pub app_tokens: Arc<AppAccessTokens>,
    pub clock: Arc<dyn Clock>,
}

/// A mini-program's code → session.
pub struct LogInMiniProgram {
    ports: LogInMiniProgramPorts,
    sign_in: Arc<SignIn>,
    apps: Apps,
    wechat_timeout: Duration,
}

impl LogInMiniProgram {
    /// With these ports. `wechat_timeout` is for all calls to WeChat of one login together.
    #[must_use]
    pub const fn new(
        ports: LogInMiniProgramPorts,
        sign_in: Arc<SignIn>,
        apps: Apps,
        wechat_timeout: Duration,
    ) -> Self {
        Self {
            ports,
            sign_in,
            apps,
            wechat_timeout,
        }
    }

    /// Signs in whoever WeChat says this code is. A phone code is asked about after that, as WeChat compares whose it is, and before
    /// anything is stored, as the number may say who somebody is.
    ///
    /// # Errors
    /// Everything that WeChat, the resolve rule or a store may say; nobody is signed in then. From the exchange on the code is spent, be it
    /// a phone code that WeChat does not take, and the person's `session_key` another one: it is kept, as a session that they have already
    /// needs it from then on. Of somebody who is no user, and so has none, nothing is kept.
    #[tracing::instrument(name = "log_in_mini_program", skip_all)]
    pub async fn run(&self, login: MiniProgramLogin) -> Result<LoggedInFromMiniProgram, Error> {
        let app = self
            .apps
            .choose(Channel::MiniProgram, login.app.as_deref())
            .ok_or(Error::AppUnknown)?;
        let time_left = TimeLeft::new(&*self.ports.clock, self.wechat_timeout);
        let exchange = self.exchange(&app, &login.code).await?;
        let opened = self.open(&app, &exchange, login, &time_left).await;
        if matches!(opened, Err(Error::UserNotFound)) {
            return opened;
        }
        let (keys, now) = (&*self.ports.session_keys, self.ports.clock.now());
        let key = (&exchange.openid, &exchange.session_key);
        match opened {
            Ok(opened) => {
                // Neither is dropped halfway where the other fails.
                let (kept_key, kept) = join(
                    keep_key(keys, &app, key, Ok(()), now),
                    self.sign_in.keep(&opened.login),
                )
                .await;
                kept_key?;
                kept?;
                Ok(opened)
            }
            failed => keep_key(keys, &app, key, failed, now).await,
        }
    }

    /// Everything between the exchange and what is kept of it.
    async fn open(
        &self,
        app: &App,
        exchange: &CodeExchange,
        login: MiniProgramLogin,
        time_left: &TimeLeft<'_>,
    ) -> Result<LoggedInFromMiniProgram, Error> {
        let user_info = match &login.user_info {
            Some(data) => Some(self.decrypt(app, exchange, data).await?),
            None => None,
        };
        let phone = match &login.phone_code {
            Some(code) => Some(self.phone(app, &exchange.openid, code, time_left).await?),
            None => None,
        };
        let arrival = Arrival {
            app,
            openid: exchange.openid.clone(),
            unionid: exchange.unionid.clone(),
            phone,
            profile: user_info.as_ref().map(profile).unwrap_or_default(),
            create_user: login.create_user,
            client: login.client,
        };
        let login = self.sign_in.open(arrival, self.ports.clock.now()).await?;
        Ok(LoggedInFromMiniProgram { login, user_info })
    }

    async fn exchange(&self, app: &App, code: &LoginCode) -> Result<CodeExchange, Error> {
        let ask = self.ask_wechat(app, code);
        // Every developer sends the same mock code, again and again.
        if code.is_mock() {
            return Ok(ask.await?);
        }
        let digest = code.digest(&app.app_id);
        exchange_once(&*self.ports.exchanges, &*self.ports.clock, &digest, ask).await
    }

    async fn ask_wechat(&self, app: &App, code: &LoginCode) -> Result<CodeExchange, WeChatError> {
        let wechat = &self.ports.wechat;
        ask_wechat(&*self.ports.clock, self.wechat_timeout, |within| {
            wechat.exchange_login_code(app, code, within)
        })
        .await
    }

    async fn decrypt(
        &self,
        app: &App,
        exchange: &CodeExchange,
        data: &EncryptedData,
    ) -> Result<Map<String, Value>, Error> {
        let keys = (&*self.ports.wechat, &*self.ports.session_keys);
        let (whose, fresh) = ((app, &exchange.openid), Some(&exchange.session_key));
        let mut user_info = decrypt_own(keys, whose, fresh, data, self.ports.clock.now()).await?;
        user_info.remove("openId");
        user_info.remove("unionId");
        Ok(user_info)
    }

    async fn phone(
        &self,
        app: &App,
        openid: &OpenId,
        code: &PhoneCode,
        time_left: &TimeLeft<'_>,
    ) -> Result<Phone, Error> {
        let LogInMiniProgramPorts {
            wechat,
            app_tokens,
            clock,
            ..
        } = &self.ports;
        let ports = (&**wechat, &**app_tokens, &**clock);
        Ok(verified_phone::of_code(ports, (app, openid), code, time_left.now()).await?)
    }
}

fn profile(user_info: &Map<String, Value>) -> Profile {
    let text = |key| user_info.get(key).and_then(Value::as_str).unwrap_or_default();
    let is_demoted = user_info
        .get("is_demote")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    Profile::from_wechat(text("nickName"), text("avatarUrl"), is_demoted)
}
