use std::{
    sync::{Arc, RwLock},
    time::Instant,
};

use crate::{
    Dependency, Error, Lifetimes, PortError, RevocationView, Session, SessionToken, TokenDigest, UserId,
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
        self.refuse_revoked(|view| view.bars_token(&digest))?;
        let session = self.sessions.find(&digest).await?.ok_or(Error::Unauthenticated)?;
        let now = self.clock.now();
        // Asked again: the session may have been ended while the store was answering.
        self.refuse_revoked(|view| view.bars_session(&digest, &session))?;
        if session.has_expired(now) {
            return Err(Error::SessionExpired);
        }
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

    fn refuse_revoked(
        &self,
        because: impl FnOnce(&RevocationView) -> Option<crate::RevokedBecause>,
    ) -> Result<(), Error> {
        let view = self.view.read().expect("no holder panics");
        if let Some(because) = because(&view) {
            return Err(Error::SessionRevoked(because));
        }
        if view.is_trusted(Instant::now()) {
            Ok(())
        } else {
            Err(PortError::new(
                Dependency::Database,
                "the revocation view is too old to be believed",
            )
            .into())
        }
    }
}
