use std::{sync::Arc, time::Duration};

use wechat_login_domain::{
    AppAccessTokens, Client, Error, Lifetimes, LoggedIn, SessionKey, SignIn,
    ports::{CodeExchange, SessionKeyRing, SessionKeys, WeChatError},
    resolve::Policy,
    use_case::{LogInMiniProgram, LogInMiniProgramPorts, LoggedInFromMiniProgram, MiniProgramLogin},
};
use wechat_login_testkit::{
    fake::{
        FakeWeChat, FixedClock, MemoryAppTokens, MemoryExchanges, MemorySessionKeys, MemorySessions,
        MemoryUsers, SeededEntropy,
    },
    sample::{self, Person, session_key, shop_mini},
};

/// Everything that a login touches.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) wechat: Arc<FakeWeChat>,
    pub(crate) users: Arc<MemoryUsers>,
    pub(crate) sessions: Arc<MemorySessions>,
    pub(crate) session_keys: Arc<MemorySessionKeys>,
    pub(crate) exchanges: Arc<MemoryExchanges>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) policy: Policy,
    pub(crate) wechat_timeout: Option<Duration>,
    pub(crate) entropy: Arc<SeededEntropy>,
}

impl World {
    /// A world in which `code` is Alice's.
    pub(crate) fn with_alices(code: &str) -> Self {
        let world = Self::default();
        world.give(sample::alice(), code, session_key(1));
        world
    }

    /// Makes `code` this person's, at the shop's mini-program, from now on encrypted with this key.
    pub(crate) fn give(&self, person: Person, code: &str, key: SessionKey) {
        self.script(code, [Ok(person.exchange(&shop_mini(), key))]);
    }

    pub(crate) fn script(
        &self,
        code: &str,
        answers: impl IntoIterator<Item = Result<CodeExchange, WeChatError>>,
    ) {
        self.wechat.answers(code, answers);
    }

    pub(crate) async fn log_in(&self, code: &str) -> Result<LoggedIn, Error> {
        Ok(self.run(login(code)).await?.login)
    }

    pub(crate) async fn run(&self, login: MiniProgramLogin) -> Result<LoggedInFromMiniProgram, Error> {
        let ports = LogInMiniProgramPorts {
            wechat: self.wechat.clone(),
            session_keys: self.session_keys.clone(),
            exchanges: self.exchanges.clone(),
            app_tokens: Arc::new(AppAccessTokens::new(
                self.wechat.clone(),
                Arc::new(MemoryAppTokens::default()),
                self.clock.clone(),
                self.entropy.clone(),
            )),
            clock: self.clock.clone(),
        };
        let sign_in = SignIn::new(
            self.users.clone(),
            self.sessions.clone(),
            self.entropy.clone(),
            self.policy,
            Lifetimes::default(),
        );
        let timeout = self.wechat_timeout.unwrap_or(Duration::from_secs(3));
        LogInMiniProgram::new(ports, Arc::new(sign_in), sample::apps(), timeout)
            .run(login)
            .await
    }

    pub(crate) fn calls(&self) -> usize {
        self.wechat.calls().len()
    }

    /// The session_keys that are kept for this person.
    pub(crate) async fn keys_of(&self, person: Person) -> Option<SessionKeyRing> {
        use wechat_login_domain::ports::Clock;
        let app = shop_mini();
        self.session_keys
            .find(&app.app_id, &person.openid(&app), self.clock.now())
            .await
            .expect("the fake answers")
    }

    pub(crate) fn assert_nobody_is_stored(&self) {
        assert_eq!(self.users.len(), 0, "a user was stored");
        assert_eq!(self.sessions.len(), 0, "a session was stored");
    }

    pub(crate) async fn assert_nothing_is_stored(&self) {
        self.assert_nobody_is_stored();
        for person in [sample::alice(), sample::bob()] {
            assert_eq!(self.keys_of(person).await, None, "a session_key was stored");
        }
    }
}

/// A login of the only mini-program, with nothing but a code.
pub(crate) fn login(code: &str) -> MiniProgramLogin {
    MiniProgramLogin {
        app: None,
        code: sample::code(code),
        create_user: true,
        user_info: None,
        phone_code: None,
        client: Client::default(),
    }
}
