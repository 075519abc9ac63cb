use std::sync::{Arc, RwLock};

use crate::{
    Error, Lifetimes, RevocationView, RevokedBecause,
    ending::end_session,
    ports::{Clock, Revocations, Sessions},
    use_case::Authenticated,
};

/// Ends the session that asks.
pub struct LogOut {
    revocations: Arc<dyn Revocations>,
    sessions: Arc<dyn Sessions>,
    view: Arc<RwLock<RevocationView>>,
    clock: Arc<dyn Clock>,
    lifetimes: Lifetimes,
}

impl LogOut {
    /// With these ports.
    #[must_use]
    pub fn new(
        revocations: Arc<dyn Revocations>,
        sessions: Arc<dyn Sessions>,
        view: Arc<RwLock<RevocationView>>,
        clock: Arc<dyn Clock>,
        lifetimes: Lifetimes,
    ) -> Self {
        Self {
            revocations,
            sessions,
            view,
            clock,
            lifetimes,
        }
    }

    /// Ends the session for good: it is on the durable record before this returns.
    ///
    /// # Errors
    /// [`Error::DependencyUnavailable`] where the record could not be written: the session may go on then.
    pub async fn run(&self, authenticated: &Authenticated) -> Result<(), Error> {
        let Authenticated { digest, session, .. } = authenticated;
        end_session(
            (digest, session),
            RevokedBecause::LoggedOut,
            (&*self.revocations, &*self.sessions, &self.view),
            &self.lifetimes,
            self.clock.now(),
        )
        .await?;
        Ok(())
    }
}
