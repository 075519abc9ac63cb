use std::{
    fmt,
    pin::pin,
    sync::{Arc, RwLock},
    time::Duration,
};

use futures_util::future::{BoxFuture, Either, join3, select};

use crate::{
    App, Apps, BrowserSecret, Channel, Client, Dependency, Error, Keyring, Lifetimes, LoggedIn, LoginPurpose,
    OauthCode, PendingLogin, PortError, RevocationView, RevokedBecause, SessionToken, SignIn, State,
    TokenDigest, UserAccount,
    add_way_in::add_way_in,
    ending::end_session,
    finished_login::{self, Attempt},
    link::NewWayIn,
    living_session::living_session,
    oauth_person::{self, OauthPerson},
    ports::{Clock, PendingLogins, Revocations, Sessions, Taking, Users, WeChat},
    sign_in::Arrival,
    time_left::TimeLeft,
    use_case::Authenticated,
};

/// When a browser that came back twice looks for what came of the first time, in milliseconds: 3.6 s in all.
const LOOKS: [u64; 12] = [50, 50, 100, 200, 400, 400, 400, 400, 400, 400, 400, 400];

/// How long a browser waits for its former session to be ended.
const ENDED_WITHIN: Duration = Duration::from_millis(250);

/// A session may be kept so long after it was noted what came of its login: both are written at once.
const KEPT_WITHIN: Duration = Duration::from_millis(450);

/// A browser that comes back from WeChat.
pub struct WebCallback {
    /// The channel whose address it came back to.
    pub channel: Channel,
    /// What it brought from WeChat.
    pub state: State,
    /// The same.
    pub code: OauthCode,
    /// What it kept since it began.
    pub browser: BrowserSecret,
    /// Who is signed in there. Nobody asks but for somebody who wanted a way in linked.
    pub signed_in: BoxFuture<'static, Result<Authenticated, Error>>,
    /// The session in its cookie, which a new one takes the place of.
    pub former: BoxFuture<'static, Result<Authenticated, Error>>,
    /// The device.
    pub client: Client,
}

impl fmt::Debug for WebCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebCallback({})", self.channel)
    }
}

/// A web login that is done.
#[derive(Debug)]
pub struct FinishedWebLogin {
    /// What came of it.
    pub outcome: WebLoginOutcome,
    /// Where the person wanted to go.
    pub return_to: Option<String>,
}

/// What came of a web login.
#[derive(Debug)]
pub enum WebLoginOutcome {
    /// Somebody signed in.
    LoggedIn(Box<LoggedIn>),
    /// The WeChat account is a way in of whoever was signed in.
    Linked(Box<UserAccount>),
    /// The same browser came back with the same code before, and that was that. Where somebody signed in then, their token again, for a
    /// minute: it may be that this answer alone gets through.
    Before(Option<SessionToken>),
}

/// A web login of which nothing came.
#[derive(Debug)]
pub struct FailedWebLogin {
    /// Why.
    pub error: Error,
    /// What the person had begun, where it was theirs.
    pub begun: Option<Box<PendingLogin>>,
}

/// What finishing a web login needs of the world.
#[expect(missing_docs, reason = "each field is named for its port")]
pub struct FinishWebLoginPorts {
    pub wechat: Arc<dyn WeChat>,
    pub pending_logins: Arc<dyn PendingLogins>,
    pub sessions: Arc<dyn Sessions>,
    pub revocations: Arc<dyn Revocations>,
    pub view: Arc<RwLock<RevocationView>>,
    pub users: Arc<dyn Users>,
    pub keyring: Arc<Keyring>,
    pub clock: Arc<dyn Clock>,
}

/// What WeChat calls back with → session, for websites and official accounts.
pub struct FinishWebLogin {
    ports: FinishWebLoginPorts,
    sign_in: Arc<SignIn>,
    lifetimes: Lifetimes,
    apps: Apps,
    wechat_timeout: Duration,
}

impl FinishWebLogin {
    /// With these ports. `wechat_timeout` is for all calls to WeChat of one login together.
    #[must_use]
    pub const fn new(
        ports: FinishWebLoginPorts,
        sign_in: Arc<SignIn>,
        lifetimes: Lifetimes,
        apps: Apps,
        wechat_timeout: Duration,
    ) -> Self {
        Self {
            ports,
            sign_in,
            lifetimes,
            apps,
            wechat_timeout,
        }
    }

    /// Signs in whoever WeChat says this code is, in the browser that asked for it.
    ///
    /// # Errors
    /// [`Error::StateMismatch`], without a word to WeChat, where this browser did not begin it, or did too long ago, or has finished it with
    /// another code; else everything that WeChat, the rules or a store may say. Nothing has come of it then, and whoever comes back with the
    /// same is told the same.
    #[tracing::instrument(name = "finish_web_login", skip_all)]
    pub async fn run(&self, callback: WebCallback) -> Result<FinishedWebLogin, FailedWebLogin> {
        let attempt = Attempt::new(&callback.state, &callback.browser, &callback.code);
        let (state, browser) = (callback.state.clone(), callback.browser.digest());
        let pending = match self.take(&state, &browser, &attempt).await? {
            Taking::Taken(pending) => pending,
            Taking::Finished { pending, outcome } => {
                return told(self.before(&attempt, &outcome).await, pending);
            }
            Taking::UnderWay => return Err(Error::WeChatUnavailable.into()),
            Taking::Nobodys => return Err(Error::StateMismatch.into()),
        };
        let finished = self.finish(callback, &attempt, &pending).await;
        if let Err(error) = &finished {
            let failure = attempt.seal_failure(&self.ports.keyring, error);
            self.note(&state, &failure).await;
        }
        told(finished, pending)
    }

    /// What came of the same attempt before. A token is handed out again only while it opens something.
    async fn before(&self, attempt: &Attempt, outcome: &[u8]) -> Result<WebLoginOutcome, Error> {
        let FinishWebLoginPorts {
            sessions,
            view,
            keyring,
            clock,
            ..
        } = &self.ports;
        if finished_login::is_failure(outcome) {
            return Err(attempt.open_failure(keyring, outcome));
        }
        let token = attempt.open(keyring, outcome, clock.now());
        if let Some(token) = &token {
            let digest = token.digest();
            let living = || living_session(&**sessions, view, &**clock, &digest);
            if let Err(error) = living().await {
                if !matches!(error, Error::Unauthenticated) {
                    return Err(error);
                }
                clock.sleep(KEPT_WITHIN).await;
                living().await?;
            }
        }
        Ok(WebLoginOutcome::Before(token))
    }

    /// Takes the login, or waits for what comes of it where the same attempt is under way.
    async fn take(&self, state: &State, browser: &TokenDigest, attempt: &Attempt) -> Result<Taking, Error> {
        let take = || {
            let now = self.ports.clock.now();
            self.ports
                .pending_logins
                .take(state, browser, &attempt.digest, now)
        };
        let mut taking = take().await?;
        for pause in LOOKS {
            if taking != Taking::UnderWay {
                break;
            }
            self.ports.clock.sleep(Duration::from_millis(pause)).await;
            taking = take().await?;
        }
        Ok(taking)
    }

    async fn finish(
        &self,
        callback: WebCallback,
        attempt: &Attempt,
        pending: &PendingLogin,
    ) -> Result<WebLoginOutcome, Error> {
        // Another channel's login, or one of an app that is configured no more.
        let app = self
            .apps
            .choose(callback.channel, Some(pending.app.as_str()))
            .ok_or(Error::StateMismatch)?;
        let WebCallback {
            state,
            code,
            client,
            signed_in,
            former,
            ..
        } = callback;
        if let LoginPurpose::Link { user_id } = pending.purpose {
            // Somebody else may have signed in in this browser meanwhile.
            let who = signed_in.await?;
            if who.user_id != user_id {
                return Err(Error::StateMismatch);
            }
            let person = self.person(&app, &code, pending.is_silent).await?;
            let now = self.ports.clock.now();
            let new = NewWayIn::wechat(&app, person.openid, person.unionid);
            let account = add_way_in(&*self.ports.users, &who, &new, now).await?;
            let outcome = attempt.seal(&self.ports.keyring, None, now);
            self.note(&state, &outcome).await;
            return Ok(WebLoginOutcome::Linked(Box::new(account)));
        }
        let person = self.person(&app, &code, pending.is_silent).await?;
        let now = self.ports.clock.now();
        let arrival = Arrival {
            app: &app,
            openid: person.openid,
            unionid: person.unionid,
            phone: None,
            profile: person.profile,
            create_user: true,
            client,
        };
        let logged_in = self.sign_in.open(arrival, now).await?;
        let outcome = attempt.seal(&self.ports.keyring, Some(&logged_in.token), now);
        // At once, as each is a round trip: whoever is told of a token is given it only once it opens something.
        let (kept, (), former) =
            join3(self.sign_in.keep(&logged_in), self.note(&state, &outcome), former).await;
        kept?;
        self.end(former).await;
        Ok(WebLoginOutcome::LoggedIn(Box::new(logged_in)))
    }

    /// Ends the session that was in the browser's cookie until now: whoever else has its token took it, or planted it there. One that cannot
    /// be ended lives on until it expires.
    async fn end(&self, former: Result<Authenticated, Error>) {
        let Authenticated { digest, session, .. } = match former {
            Ok(former) => former,
            Err(Error::DependencyUnavailable(error)) => return cannot_end(&error),
            Err(_it_opens_nothing) => return,
        };
        let FinishWebLoginPorts {
            sessions,
            revocations,
            view,
            clock,
            ..
        } = &self.ports;
        let ports = (&**revocations, &**sessions, &**view);
        let because = RevokedBecause::LoggedOut;
        let ending = end_session((&digest, &session), because, ports, &self.lifetimes, clock.now());
        match select(pin!(ending), clock.sleep(ENDED_WITHIN)).await {
            Either::Left((ended, _)) => ended.unwrap_or_else(|error| cannot_end(&error)),
            Either::Right(((), _)) => cannot_end(&PortError::new(Dependency::Database, "it took too long")),
        }
    }

    async fn person(&self, app: &App, code: &OauthCode, is_silent: bool) -> Result<OauthPerson, Error> {
        let (wechat, clock) = (&*self.ports.wechat, &*self.ports.clock);
        let time_left = TimeLeft::new(clock, self.wechat_timeout);
        // The state is the claim: a login hands in one code, once. One that comes with two states is WeChat's to refuse.
        let exchange = oauth_person::exchange(wechat, clock, app, code, &time_left).await?;
        if is_silent {
            oauth_person::silent_person(exchange)
        } else {
            oauth_person::person(wechat, clock, app, exchange, &time_left).await
        }
    }

    /// Notes what came of it. A store that fails costs the page that waits for it and a browser that comes twice, not the login.
    async fn note(&self, state: &State, outcome: &[u8]) {
        if let Err(error) = self.ports.pending_logins.finish(state, outcome).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "it could not be noted what came of a web login"
            );
        }
    }
}

fn cannot_end(error: &PortError) {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        "the former session of a browser could not be ended"
    );
}

fn told(
    came_of_it: Result<WebLoginOutcome, Error>,
    pending: PendingLogin,
) -> Result<FinishedWebLogin, FailedWebLogin> {
    match came_of_it {
        Ok(outcome) => Ok(FinishedWebLogin {
            outcome,
            return_to: pending.return_to,
        }),
        Err(error) => Err(FailedWebLogin {
            error,
            begun: Some(Box::new(pending)),
        }),
    }
}

impl From<Error> for FailedWebLogin {
    fn from(error: Error) -> Self {
        Self { error, begun: None }
    }
}
