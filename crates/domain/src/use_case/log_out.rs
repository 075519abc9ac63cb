use std::sync::{Arc, RwLock};

use time::Duration;

use crate::{
    Error, Lifetimes, Revocation, RevocationView, RevokedBecause,
    ports::{Clock, Revocations, Sessions},
    use_case::Authenticated,
};

/// How long after its last possible end a session's revocation is kept: clocks differ.
const MARGIN: Duration = Duration::HOUR;

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
        let lifetime = self.lifetimes.of(session.channel);
        let last_end = lifetime
            .end(session.created_at, self.clock.now())
            .max(session.expires_at);
        let revocation = Revocation::Session {
            digest: *digest,
            because: RevokedBecause::LoggedOut,
            bars_until: last_end.saturating_add(MARGIN),
        };
        self.revocations.record(&revocation).await?;
        self.view.write().expect("no holder panics").record(&revocation);
        if let Err(error) = self.sessions.remove(digest).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a logged-out session is still stored; it opens nothing"
            );
        }
        Ok(())
    }
}
