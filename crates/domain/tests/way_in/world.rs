use std::{
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use wechat_login_domain::{
    App, AppAccessTokens, EncryptedData, Error, Lifetimes, LoggedIn, PhoneCode, RevocationView, Session,
    SessionKey, SignIn, User,
    ports::{Clock, FetchedAppToken, SessionKeyState, SessionKeys},
    resolve::Policy,
    use_case::{
        Authenticate, Authenticated, BindPhone, BindPhonePorts, CheckWeChatSession, Decrypt, LinkCode,
        LinkLoginMethod, LinkLoginMethodPorts, ListedWayIn, LogInMiniProgram, LogInMiniProgramPorts,
        LoginMethodLink, MiniProgramLogin, PhoneProof, UnlinkLoginMethod, UnlinkLoginMethodPorts,
        UnlinkedFor,
    },
};
use wechat_login_testkit::{
    fake::{
        FakeWeChat, MemoryAppTokens, MemoryExchanges, MemoryNews, MemoryRevocations, MemorySessionKeys,
        MemorySessions, MemoryUsers, SeededEntropy, VirtualClock, encrypt,
    },
    sample::{self, Person, app_token, phone, session_key, shop_mini},
};

pub(crate) const WITHIN: Duration = Duration::from_secs(3);

/// One instance and its stores, at a WeChat that hands out an `access_token` for the mini-program.
pub(crate) struct World {
    pub(crate) wechat: Arc<FakeWeChat>,
    pub(crate) users: Arc<MemoryUsers>,
    pub(crate) sessions: Arc<MemorySessions>,
    pub(crate) session_keys: Arc<MemorySessionKeys>,
    pub(crate) exchanges: Arc<MemoryExchanges>,
    pub(crate) revocations: Arc<MemoryRevocations>,
    pub(crate) view: Arc<RwLock<RevocationView>>,
    pub(crate) news: Arc<MemoryNews>,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) policy: Policy,
    entropy: Arc<SeededEntropy>,
    app_tokens: Arc<AppAccessTokens>,
}

impl World {
    pub(crate) fn new() -> Self {
        let (wechat, clock, entropy) = (
            Arc::new(FakeWeChat::default()),
            Arc::new(VirtualClock::default()),
            Arc::new(SeededEntropy::default()),
        );
        let token = FetchedAppToken {
            token: app_token(1),
            expires_in: Duration::from_hours(2),
        };
        wechat
            .app_tokens
            .answers(shop_mini().app_id.as_str(), [Ok(token)]);
        let store = Arc::new(MemoryAppTokens::default());
        let app_tokens = AppAccessTokens::new(wechat.clone(), store, clock.clone(), entropy.clone());
        let revocations = Arc::new(MemoryRevocations::default());
        let mut view = RevocationView::default();
        view.refresh([], Instant::now());
        Self {
            users: Arc::new(MemoryUsers::recording_to(revocations.clone())),
            sessions: Arc::default(),
            session_keys: Arc::default(),
            exchanges: Arc::default(),
            view: Arc::new(RwLock::new(view)),
            news: Arc::default(),
            policy: Policy::default(),
            app_tokens: Arc::new(app_tokens),
            revocations,
            wechat,
            clock,
            entropy,
        }
    }

    /// Makes a login code this person's, at the mini-program.
    pub(crate) fn give(&self, person: Person, code: &str, key: SessionKey) {
        self.wechat
            .answers(code, [Ok(person.exchange(&shop_mini(), key))]);
    }

    /// Signs this person in at the mini-program, where data is encrypted with this key from now on.
    pub(crate) async fn log_in(&self, person: Person, key: SessionKey) -> Authenticated {
        let code = format!("login-{}", self.wechat.calls().len());
        self.give(person, &code, key);
        let logged_in = self.run(&code, None).await.expect("anybody may come");
        self.authenticate(&logged_in).await.expect("it was just opened")
    }

    pub(crate) async fn authenticate(&self, logged_in: &LoggedIn) -> Result<Authenticated, Error> {
        let authenticate = Authenticate::new(
            self.sessions.clone(),
            self.view.clone(),
            self.clock.clone(),
            Lifetimes::default(),
        );
        authenticate.run(&logged_in.token).await
    }

    pub(crate) async fn run(&self, code: &str, phone_code: Option<&str>) -> Result<LoggedIn, Error> {
        let ports = LogInMiniProgramPorts {
            wechat: self.wechat.clone(),
            session_keys: self.session_keys.clone(),
            exchanges: self.exchanges.clone(),
            app_tokens: self.app_tokens.clone(),
            clock: self.clock.clone(),
        };
        let sign_in = SignIn::new(
            self.users.clone(),
            self.sessions.clone(),
            self.entropy.clone(),
            self.policy,
            Lifetimes::default(),
        );
        let login = MiniProgramLogin {
            app: None,
            code: sample::code(code),
            create_user: true,
            user_info: None,
            phone_code: phone_code.map(code_of_phone),
            client: sample::client(),
        };
        let use_case = LogInMiniProgram::new(ports, Arc::new(sign_in), sample::apps(), WITHIN);
        Ok(use_case.run(login).await?.login)
    }

    pub(crate) async fn link(&self, who: &Authenticated, code: &str) -> Result<Vec<ListedWayIn>, Error> {
        let ports = LinkLoginMethodPorts {
            wechat: self.wechat.clone(),
            users: self.users.clone(),
            session_keys: self.session_keys.clone(),
            exchanges: self.exchanges.clone(),
            clock: self.clock.clone(),
        };
        let asked = LoginMethodLink {
            app: None,
            code: LinkCode::MiniProgram(sample::code(code)),
        };
        let link = LinkLoginMethod::new(ports, sample::apps(), WITHIN);
        link.run(who, asked).await
    }

    pub(crate) async fn unlink(&self, who: &Authenticated, way: &ListedWayIn) -> Result<UnlinkedFor, Error> {
        let ports = UnlinkLoginMethodPorts {
            users: self.users.clone(),
            session_keys: self.session_keys.clone(),
            view: self.view.clone(),
            news: self.news.clone(),
            clock: self.clock.clone(),
        };
        let unlink = UnlinkLoginMethod::new(ports, self.policy, Lifetimes::default());
        unlink.run(who, way.way.id()).await
    }

    pub(crate) async fn bind(&self, who: &Authenticated, proof: PhoneProof) -> Result<User, Error> {
        let ports = BindPhonePorts {
            wechat: self.wechat.clone(),
            users: self.users.clone(),
            session_keys: self.session_keys.clone(),
            exchanges: self.exchanges.clone(),
            app_tokens: self.app_tokens.clone(),
            clock: self.clock.clone(),
        };
        BindPhone::new(ports, sample::apps(), WITHIN)
            .run(who, &proof)
            .await
    }

    pub(crate) async fn check(&self, who: &Authenticated) -> Result<SessionKeyState, Error> {
        let check = CheckWeChatSession::new(
            self.wechat.clone(),
            self.session_keys.clone(),
            self.app_tokens.clone(),
            self.clock.clone(),
            sample::apps(),
            WITHIN,
        );
        check.run(who).await
    }

    pub(crate) fn decrypt(&self) -> Decrypt {
        let (wechat, keys) = (self.wechat.clone(), self.session_keys.clone());
        Decrypt::new(wechat, keys, self.clock.clone(), sample::apps())
    }

    pub(crate) async fn has_key(&self, person: Person) -> bool {
        let app = shop_mini();
        let kept = self
            .session_keys
            .find(&app.app_id, &person.openid(&app), self.clock.now())
            .await;
        kept.expect("the fake answers").is_some()
    }

    /// A number as WeChat encrypts it for the mini-program now.
    pub(crate) fn phone_data(&self, n: u8, key: &SessionKey) -> EncryptedData {
        encrypt(key, &self.phone_json(n, &shop_mini()))
    }

    pub(crate) fn phone_json(&self, n: u8, app: &App) -> Value {
        let number = phone(n).expose().replace("+86", "");
        json!({
            "phoneNumber": number, "purePhoneNumber": number, "countryCode": "86",
            "watermark": {"appid": app.app_id.as_str(), "timestamp": self.clock.now().unix_timestamp()},
        })
    }
}

pub(crate) fn code_of_phone(text: &str) -> PhoneCode {
    PhoneCode::parse(text).expect("the sample is a phone code")
}

pub(crate) fn by_code(text: &str) -> PhoneProof {
    PhoneProof::Code(code_of_phone(text))
}

/// The same person's session at a website.
pub(crate) fn at_website(who: &Authenticated) -> Authenticated {
    Authenticated {
        session: Session {
            app: sample::shop_web().name,
            channel: wechat_login_domain::Channel::Web,
            ..who.session.clone()
        },
        ..who.clone()
    }
}

pub(crate) fn key() -> SessionKey {
    session_key(1)
}
