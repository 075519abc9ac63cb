//! What every door does once WeChat has said who somebody is.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::{
    App, Client, Error, Lifetimes, OpenId, Phone, PortError, Profile, Session, SessionToken, UnionId, User,
    ports::{Entropy, Sessions, Users},
    resolve::{Identification, Policy, Refusal, Resolution},
};

/// What WeChat proved of somebody, and how they came.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    /// The app that they came through.
    pub(crate) app: &'a App,
    /// The person at this app.
    pub(crate) openid: OpenId,
    /// The person at the app's Open Platform account, where WeChat told.
    pub(crate) unionid: Option<UnionId>,
    /// A number that WeChat verified for this login.
    pub(crate) phone: Option<Phone>,
    /// What WeChat says they are called and look like; empty where it was not asked.
    pub(crate) profile: Profile,
    /// Whether somebody new becomes a user.
    pub(crate) create_user: bool,
    /// The device.
    pub(crate) client: Client,
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
}

/// Who WeChat identified → their user → a session. The doors differ only in how they ask WeChat.
pub struct SignIn {
    users: Arc<dyn Users>,
    sessions: Arc<dyn Sessions>,
    entropy: Arc<dyn Entropy>,
    policy: Policy,
    lifetimes: Lifetimes,
}

impl SignIn {
    /// With these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn Users>,
        sessions: Arc<dyn Sessions>,
        entropy: Arc<dyn Entropy>,
        policy: Policy,
        lifetimes: Lifetimes,
    ) -> Self {
        Self {
            users,
            sessions,
            entropy,
            policy,
            lifetimes,
        }
    }

    /// Finds or registers the user, and opens a session for them, which no store knows yet: the door keeps it with [`SignIn::keep`], beside
    /// whatever else it has to write.
    pub(crate) async fn open(&self, arrival: Arrival<'_>, now: OffsetDateTime) -> Result<LoggedIn, Error> {
        let Arrival {
            app,
            openid,
            unionid,
            phone,
            profile,
            create_user,
            client,
        } = arrival;
        let asked = Identification {
            app_id: app.app_id.clone(),
            openid: openid.clone(),
            open_platform: app.open_platform.clone(),
            unionid,
            phone,
            profile,
            create_user,
            policy: self.policy,
        };
        let (user, generation, is_new_user) = match self.users.resolve(&asked, now).await? {
            Resolution::User {
                user,
                generation,
                is_new,
            } => (*user, generation, is_new),
            Resolution::Refused(refusal) => return Err(refusal.into()),
        };
        let token = SessionToken::generate(&*self.entropy);
        let session = Session::issue(
            (user.id, generation),
            app,
            openid,
            client,
            self.lifetimes.of(app.channel),
            now,
            &*self.entropy,
        );
        Ok(LoggedIn {
            user,
            is_new_user,
            token,
            session,
        })
    }

    /// Keeps the session: from then on its token opens it.
    pub(crate) async fn keep(&self, logged_in: &LoggedIn) -> Result<(), PortError> {
        let digest = logged_in.token.digest();
        self.sessions.insert(&digest, &logged_in.session).await
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::UserNotFound,
            Refusal::PhoneTaken => Self::LoginMethodTaken,
            Refusal::Disabled => Self::UserDisabled,
            Refusal::Closing => Self::AccountClosing,
        }
    }
}
