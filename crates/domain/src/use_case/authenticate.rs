use std::sync::{Arc, RwLock};

use crate::{
    Error, Lifetimes, RevocationView, Session, SessionToken, TokenDigest, UserId,
    living_session::living_session,
    ports::{Clock, Sessions},
};

/// Token → who is asking.
pub struct Authenticate {
    sessions: Arc<dyn Sessions>,
    view: Arc<RwLock<RevocationView>>,
    clock: Arc<dyn Clock>,
    lifetimes: Lifetimes,
}

/// Somebody whose session is good.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// The user, today: the survivor where the session's own was merged.
    pub user_id: UserId,
    /// What stores know the token by.
    pub digest: TokenDigest,
    /// The session.
    pub session: Session,
    /// The session after being seen now, where that is worth a write.
    pub renewal: Option<Session>,
}

impl Authenticate {
    /// With these ports.
    #[must_use]
    pub fn new(
        sessions: Arc<dyn Sessions>,
        view: Arc<RwLock<RevocationView>>,
        clock: Arc<dyn Clock>,
        lifetimes: Lifetimes,
    ) -> Self {
        Self {
            sessions,
            view,
            clock,
            lifetimes,
        }
    }

    /// Says whose session this token opens.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], [`Error::SessionExpired`] or [`Error::SessionRevoked`] where it opens none, and
    /// [`Error::DependencyUnavailable`] where that cannot be known: never a guess.
    pub async fn run(&self, token: &SessionToken) -> Result<Authenticated, Error> {
        let digest = token.digest();
        let session = living_session(&*self.sessions, &self.view, &*self.clock, &digest).await?;
        let now = self.clock.now();
        let user_id = self
            .view
            .read()
            .expect("no holder panics")
            .survivor(session.user_id);
        let renewal = session.renewed(self.lifetimes.of(session.channel), now);
        Ok(Authenticated {
            user_id,
            digest,
            session,
            renewal,
        })
    }
}
