use std::sync::Arc;

use crate::{Session, ports::Sessions, use_case::Authenticated};

/// A session that is in use goes on.
pub struct RenewSession {
    sessions: Arc<dyn Sessions>,
}

impl RenewSession {
    /// With this port.
    #[must_use]
    pub fn new(sessions: Arc<dyn Sessions>) -> Self {
        Self { sessions }
    }

    /// Writes the renewal, where one is due, and gives the session as it stands. A store that does not answer costs the renewal, not the request.
    pub async fn run(&self, authenticated: &Authenticated) -> Session {
        let Authenticated {
            digest,
            session,
            renewal,
            ..
        } = authenticated;
        let Some(renewed) = renewal else {
            return session.clone();
        };
        match self.sessions.renew(digest, session, renewed).await {
            Ok(true) => renewed.clone(),
            // Somebody else renewed it or ended it; the next check sees which.
            Ok(false) => session.clone(),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a session could not be renewed"
                );
                session.clone()
            }
        }
    }
}
