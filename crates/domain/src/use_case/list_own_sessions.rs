use std::sync::{Arc, RwLock};

use crate::{
    Error, RevocationView, Session,
    live_sessions::live_sessions,
    ports::{Clock, Sessions, Users},
    use_case::Authenticated,
};

/// Where I am signed in.
pub struct ListOwnSessions {
    users: Arc<dyn Users>,
    sessions: Arc<dyn Sessions>,
    view: Arc<RwLock<RevocationView>>,
    clock: Arc<dyn Clock>,
}

impl ListOwnSessions {
    /// With these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn Users>,
        sessions: Arc<dyn Sessions>,
        view: Arc<RwLock<RevocationView>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            users,
            sessions,
            view,
            clock,
        }
    }

    /// All sessions of whoever asks, those that were opened before a merge too; the one that was seen last comes first.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where there is no such user, and [`Error::DependencyUnavailable`].
    pub async fn run(&self, authenticated: &Authenticated) -> Result<Vec<Session>, Error> {
        let user = self.users.find(authenticated.user_id).await?;
        let user = user.ok_or(Error::Unauthenticated)?;
        let listed = live_sessions(&*self.sessions, &self.view, &user, self.clock.now()).await?;
        Ok(listed.into_iter().map(|(_, session)| session).collect())
    }
}
