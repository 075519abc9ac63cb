use std::{
    collections::BTreeMap,
    sync::{
        Arc, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::{FutureExt, future::ready};
use wechat_login_domain::{
    App, BrowserSecret, Channel, Client, Error, Keyring, Lifetimes, LoginPurpose, MasterKey, OauthCode,
    Profile, ReturnUrls, RevocationView, Session, SignIn, State, UserAccessToken, UserId, WebAddresses,
    ports::{OauthExchange, UserInfo},
    resolve::Policy,
    use_case::{
        Authenticated, BeginWebLogin, BegunWebLogin, FailedWebLogin, FinishWebLogin, FinishWebLoginPorts,
        FinishedWebLogin, LogInMobileApp, WatchWebLogin, WebCallback, WebLoginOutcome, WebLoginRequest,
    },
};
use wechat_login_testkit::{
    fake::{
        FakeWeChat, FixedClock, MemoryExchanges, MemoryPendingLogins, MemoryRevocations, MemorySessions,
        MemoryUsers, SeededEntropy,
    },
    sample::{self, Person, shop_web},
};

/// Everything that a login touches.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) wechat: Arc<FakeWeChat>,
    pub(crate) users: Arc<MemoryUsers>,
    pub(crate) sessions: Arc<MemorySessions>,
    pub(crate) pending_logins: Arc<MemoryPendingLogins>,
    pub(crate) exchanges: Arc<MemoryExchanges>,
    pub(crate) revocations: Arc<MemoryRevocations>,
    pub(crate) view: TrustedView,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) entropy: Arc<SeededEntropy>,
    /// How often somebody asked whose session the browser has.
    pub(crate) asked_who: Arc<AtomicUsize>,
    pub(crate) signed_in: Option<UserId>,
    /// Whose session is in the browser's cookie.
    pub(crate) former: Option<UserId>,
}

/// What is known of ended sessions, up to now.
pub(crate) struct TrustedView(pub(crate) Arc<RwLock<RevocationView>>);

impl Default for TrustedView {
    fn default() -> Self {
        let mut view = RevocationView::default();
        view.refresh([], Instant::now());
        Self(Arc::new(RwLock::new(view)))
    }
}

/// What a browser brings back.
pub(crate) struct Back {
    pub(crate) channel: Channel,
    pub(crate) state: State,
    pub(crate) browser: BrowserSecret,
    pub(crate) code: &'static str,
}

impl World {
    /// Makes `code` this person's at this app, with a name that WeChat tells.
    pub(crate) fn give(&self, person: Person, app: &App, code: &str) {
        let exchange = exchange(person, app, code);
        self.wechat.oauth_codes.answers(code, [Ok(exchange)]);
        self.wechat
            .user_infos
            .answers(code, [Ok(user_info(person, app, "爱丽丝"))]);
    }

    pub(crate) fn sign_in(&self) -> Arc<SignIn> {
        Arc::new(SignIn::new(
            self.users.clone(),
            self.sessions.clone(),
            self.entropy.clone(),
            Policy::default(),
            Lifetimes::default(),
        ))
    }

    pub(crate) fn mobile_app(&self) -> LogInMobileApp {
        LogInMobileApp::new(
            self.wechat.clone(),
            self.exchanges.clone(),
            self.clock.clone(),
            self.sign_in(),
            sample::apps(),
            Duration::from_secs(3),
        )
    }

    pub(crate) async fn begin(&self, request: &WebLoginRequest) -> Result<BegunWebLogin, Error> {
        let own = "https://login.example.com".parse().expect("an address");
        let front_end = vec!["https://shop.example.com/wechat".to_owned()];
        let addresses = WebAddresses {
            public_url: "https://login.example.com".to_owned(),
            open_url: "https://open.weixin.qq.com".to_owned(),
            redirect_uris: BTreeMap::from([(shop_web().name, front_end)]),
        };
        BeginWebLogin::new(
            self.pending_logins.clone(),
            self.clock.clone(),
            self.entropy.clone(),
            sample::apps(),
            addresses,
            ReturnUrls::new(&own, Vec::new()),
        )
        .run(request)
        .await
    }

    /// Begins at the shop's website, and comes back with this code.
    pub(crate) async fn begun(&self, code: &'static str) -> Back {
        let begun = self.begin(&web()).await.expect("it begins");
        Back {
            channel: Channel::Web,
            state: begun.state,
            browser: begun.browser,
            code,
        }
    }

    pub(crate) async fn finish(&self, back: &Back) -> Result<FinishedWebLogin, FailedWebLogin> {
        let key = MasterKey::generate(&SeededEntropy::new(1));
        let ports = FinishWebLoginPorts {
            wechat: self.wechat.clone(),
            pending_logins: self.pending_logins.clone(),
            sessions: self.sessions.clone(),
            revocations: self.revocations.clone(),
            view: Arc::clone(&self.view.0),
            users: self.users.clone(),
            keyring: Arc::new(Keyring::new(key, Vec::new(), self.entropy.clone())),
            clock: self.clock.clone(),
        };
        let (asked_who, signed_in) = (Arc::clone(&self.asked_who), self.signed_in);
        let callback = WebCallback {
            channel: back.channel,
            state: back.state.clone(),
            code: OauthCode::parse(back.code).expect("a code"),
            browser: BrowserSecret::parse(back.browser.expose()).expect("a secret"),
            signed_in: async move {
                asked_who.fetch_add(1, Ordering::SeqCst);
                signed_in.map(session_of).ok_or(Error::Unauthenticated)
            }
            .boxed(),
            former: ready(self.former.map(session_of).ok_or(Error::Unauthenticated)).boxed(),
            client: Client::default(),
        };
        FinishWebLogin::new(
            ports,
            self.sign_in(),
            Lifetimes::default(),
            sample::apps(),
            Duration::from_secs(3),
        )
        .run(callback)
        .await
    }

    /// How far the login has come, as its page is told.
    pub(crate) fn watch(&self) -> WatchWebLogin {
        WatchWebLogin::new(self.pending_logins.clone(), self.clock.clone())
    }

    pub(crate) fn calls(&self) -> usize {
        self.wechat.calls().len()
    }
}

fn session_of(user_id: UserId) -> Authenticated {
    Authenticated {
        user_id,
        digest: sample::digest(1),
        session: Session {
            user_id,
            ..sample::session()
        },
        renewal: None,
    }
}

pub(crate) fn exchange(person: Person, app: &App, token: &str) -> OauthExchange {
    OauthExchange {
        openid: person.openid(app),
        unionid: Some(person.unionid(&app.open_platform)),
        is_snapshot_user: false,
        access_token: UserAccessToken::parse(token).expect("a token"),
    }
}

pub(crate) fn user_info(person: Person, app: &App, nickname: &str) -> UserInfo {
    UserInfo {
        openid: person.openid(app),
        unionid: Some(person.unionid(&app.open_platform)),
        profile: Profile::from_wechat(nickname, "", false),
    }
}

/// A login of the shop's website that asks for nothing special.
pub(crate) fn web() -> WebLoginRequest {
    WebLoginRequest {
        channel: Channel::Web,
        purpose: LoginPurpose::Login,
        app: Some("shop_web".to_owned()),
        return_to: None,
        redirect_uri: None,
        is_silent: false,
    }
}

/// The login of whoever signed in.
pub(crate) fn logged_in(finished: FinishedWebLogin) -> wechat_login_domain::LoggedIn {
    match finished.outcome {
        WebLoginOutcome::LoggedIn(logged_in) => *logged_in,
        other => panic!("{other:?}"),
    }
}
