use std::sync::{Arc, RwLock};

use crate::{
    Error, Lifetimes, RevocationView, RevokedBecause, SessionId,
    ending::end_session,
    live_sessions::live_sessions,
    ports::{Clock, Revocations, Sessions, Users},
    use_case::Authenticated,
};

/// Removes one of my devices.
pub struct RevokeOwnSession {
    users: Arc<dyn Users>,
    revocations: Arc<dyn Revocations>,
    sessions: Arc<dyn Sessions>,
    view: Arc<RwLock<RevocationView>>,
    clock: Arc<dyn Clock>,
    lifetimes: Lifetimes,
}

impl RevokeOwnSession {
    /// With these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn Users>,
        revocations: Arc<dyn Revocations>,
        sessions: Arc<dyn Sessions>,
        view: Arc<RwLock<RevocationView>>,
        clock: Arc<dyn Clock>,
        lifetimes: Lifetimes,
    ) -> Self {
        Self {
            users,
            revocations,
            sessions,
            view,
            clock,
            lifetimes,
        }
    }

    /// Ends this session of whoever asks, for good. The one that asks may name itself, which is to log out.
    ///
    /// # Errors
    /// [`Error::NotFound`] where they have no such session, and [`Error::DependencyUnavailable`]: it may go on then.
    pub async fn run(&self, authenticated: &Authenticated, id: SessionId) -> Result<(), Error> {
        let user = self.users.find(authenticated.user_id).await?;
        let user = user.ok_or(Error::Unauthenticated)?;
        let now = self.clock.now();
        let live = live_sessions(&*self.sessions, &self.view, &user, now).await?;
        let (digest, session) = live
            .iter()
            .find(|(_, session)| session.id == id)
            .ok_or(Error::NotFound)?;
        let because = if *digest == authenticated.digest {
            RevokedBecause::LoggedOut
        } else {
            RevokedBecause::Kicked
        };
        let ports = (&*self.revocations, &*self.sessions, &*self.view);
        end_session((digest, session), because, ports, &self.lifetimes, now).await?;
        Ok(())
    }
}
