use std::{sync::Arc, time::Duration};

use futures_util::future::try_join;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::{
    App, Apps, Channel, Client, EncryptedData, Error, Lifetimes, LoginCode, Profile, Session, SessionKey,
    SessionToken, User,
    ask_wechat::ask_wechat,
    ports::{Clock, CodeExchange, Entropy, Exchanges, SessionKeys, Sessions, Users, WeChat, WeChatError},
    resolve::{Identification, Policy, Refusal, Resolution},
};

/// How long a code counts as in flight or spent: twice as long as WeChat takes it at all.
const CODE_IS_CLAIMED_FOR: time::Duration = time::Duration::minutes(10);

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
    /// The device.
    pub client: Client,
}

/// Somebody signed in.
#[derive(Debug)]
pub struct LoggedIn {
    /// Who.
    pub user: User,
    /// Whether they came for the first time.
    pub is_new_user: bool,
    /// What opens the session; shown once.
    pub token: SessionToken,
    /// The session.
    pub session: Session,
    /// The decrypted profile, where one was sent: without openId and unionId, which prove nothing in it.
    pub user_info: Option<Map<String, Value>>,
}

/// What signing in needs of the world.
#[expect(missing_docs, reason = "each field is named for its port")]
pub struct LogInMiniProgramPorts {
    pub wechat: Arc<dyn WeChat>,
    pub users: Arc<dyn Users>,
    pub sessions: Arc<dyn Sessions>,
    pub session_keys: Arc<dyn SessionKeys>,
    pub exchanges: Arc<dyn Exchanges>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// A mini-program's code → session.
pub struct LogInMiniProgram {
    ports: LogInMiniProgramPorts,
    apps: Apps,
    policy: Policy,
    lifetimes: Lifetimes,
    wechat_timeout: Duration,
}

impl LogInMiniProgram {
    /// With these ports. `wechat_timeout` is for all calls to WeChat of one login together.
    #[must_use]
    pub const fn new(
        ports: LogInMiniProgramPorts,
        apps: Apps,
        policy: Policy,
        lifetimes: Lifetimes,
        wechat_timeout: Duration,
    ) -> Self {
        Self {
            ports,
            apps,
            policy,
            lifetimes,
            wechat_timeout,
        }
    }

    /// Signs in whoever WeChat says this code is.
    ///
    /// # Errors
    /// Everything that WeChat, the resolve rule or a store may say; nobody is signed in then.
    #[tracing::instrument(name = "log_in_mini_program", skip_all)]
    pub async fn run(&self, login: MiniProgramLogin) -> Result<LoggedIn, Error> {
        let app = self
            .apps
            .choose(Channel::MiniProgram, login.app.as_deref())
            .ok_or(Error::AppUnknown)?;
        let exchange = self.exchange(&app, &login.code).await?;
        let now = self.ports.clock.now();
        let user_info = match &login.user_info {
            Some(data) => Some(self.decrypt(&app, &exchange, data, now).await?),
            None => None,
        };
        let (user, generation, is_new_user) = self.resolve(&app, &exchange, login.create_user, now).await?;
        let user = self.fill_profile(user, user_info.as_ref(), now).await?;

        let token = SessionToken::generate(&*self.ports.entropy);
        let session = Session::issue(
            (user.id, generation),
            &app,
            exchange.openid.clone(),
            login.client,
            self.lifetimes.of(app.channel),
            now,
            &*self.ports.entropy,
        );
        let digest = token.digest();
        try_join(
            self.ports
                .session_keys
                .put(&app.app_id, &exchange.openid, &exchange.session_key, now),
            self.ports.sessions.insert(&digest, &session),
        )
        .await?;
        Ok(LoggedIn {
            user,
            is_new_user,
            token,
            session,
            user_info,
        })
    }

    async fn exchange(&self, app: &App, code: &LoginCode) -> Result<CodeExchange, Error> {
        if code.is_mock() {
            return Ok(self.ask_wechat(app, code).await?);
        }
        let digest = code.digest(&app.app_id);
        let now = self.ports.clock.now();
        if !self
            .ports
            .exchanges
            .claim(&digest, now, now + CODE_IS_CLAIMED_FOR)
            .await?
        {
            return Err(Error::LoginCodeRejected);
        }
        let answer = self.ask_wechat(app, code).await;
        if answer.as_ref().is_err_and(|error| error.leaves_code_unspent()) {
            // A code that stays claimed costs its person another try; what WeChat said must not be lost over it.
            if let Err(error) = self.ports.exchanges.release(&digest).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a code could not be released"
                );
            }
        }
        Ok(answer?)
    }

    async fn ask_wechat(&self, app: &App, code: &LoginCode) -> Result<CodeExchange, WeChatError> {
        let wechat = &self.ports.wechat;
        ask_wechat(&*self.ports.clock, self.wechat_timeout, |within| {
            wechat.exchange_login_code(app, code, within)
        })
        .await
    }

    /// The profile was encrypted before this exchange, maybe with the key that it replaced.
    async fn decrypt(
        &self,
        app: &App,
        exchange: &CodeExchange,
        data: &EncryptedData,
        now: OffsetDateTime,
    ) -> Result<Map<String, Value>, Error> {
        let open = |key: &SessionKey| {
            let decrypted = self.ports.wechat.decrypt(key, data).ok()?;
            decrypted.verify(&app.app_id, &exchange.openid, now).ok()
        };
        let opened = match open(&exchange.session_key) {
            Some(opened) => Some(opened),
            None => self
                .ports
                .session_keys
                .find(&app.app_id, &exchange.openid, now)
                .await?
                .and_then(|kept| kept.iter().find_map(open)),
        };
        let mut user_info = opened.ok_or(Error::SessionKeyStale)?;
        user_info.remove("openId");
        user_info.remove("unionId");
        Ok(user_info)
    }

    async fn resolve(
        &self,
        app: &App,
        exchange: &CodeExchange,
        create_user: bool,
        now: OffsetDateTime,
    ) -> Result<(User, i32, bool), Error> {
        let asked = Identification {
            app_id: app.app_id.clone(),
            openid: exchange.openid.clone(),
            open_platform: app.open_platform.clone(),
            unionid: exchange.unionid.clone(),
            phone: None,
            create_user,
            policy: self.policy,
        };
        match self.ports.users.resolve(&asked, now).await? {
            Resolution::User {
                user,
                generation,
                is_new,
            } => Ok((*user, generation, is_new)),
            Resolution::Refused(refusal) => Err(match refusal {
                Refusal::NotFound => Error::UserNotFound,
                Refusal::PhoneTaken => Error::LoginMethodTaken,
                Refusal::Disabled => Error::UserDisabled,
                Refusal::Closing => Error::AccountClosing,
            }),
        }
    }

    async fn fill_profile(
        &self,
        user: User,
        user_info: Option<&Map<String, Value>>,
        now: OffsetDateTime,
    ) -> Result<User, Error> {
        let Some(user_info) = user_info else {
            return Ok(user);
        };
        let text = |key| user_info.get(key).and_then(Value::as_str).unwrap_or_default();
        let is_demoted = user_info
            .get("is_demote")
            .and_then(Value::as_bool)
            .unwrap_or(false);
        let profile = Profile::from_wechat(text("nickName"), text("avatarUrl"), is_demoted);
        if profile.is_empty() {
            return Ok(user);
        }
        Ok(self
            .ports
            .users
            .fill_profile(user.id, &profile, now)
            .await?
            .unwrap_or(user))
    }
}
