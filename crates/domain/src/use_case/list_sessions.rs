use std::sync::{Arc, RwLock};

use crate::{
    OperatorError, RevocationView, Session, UserReference,
    live_sessions::live_sessions,
    one_user::one_user,
    ports::{Administration, Clock, Sessions},
};

/// Where a user is signed in, for an operator.
pub struct ListSessions {
    administration: Arc<dyn Administration>,
    sessions: Arc<dyn Sessions>,
    view: Arc<RwLock<RevocationView>>,
    clock: Arc<dyn Clock>,
}

impl ListSessions {
    /// With these ports.
    #[must_use]
    pub fn new(
        administration: Arc<dyn Administration>,
        sessions: Arc<dyn Sessions>,
        view: Arc<RwLock<RevocationView>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            administration,
            sessions,
            view,
            clock,
        }
    }

    /// The sessions of the one user that is meant, those of their former ids too, without what stores know them by.
    ///
    /// # Errors
    /// [`OperatorError`] where there is not exactly one user.
    pub async fn run(&self, who: &[UserReference]) -> Result<Vec<Session>, OperatorError> {
        let user = one_user(&*self.administration, who).await?.user;
        let listed = live_sessions(&*self.sessions, &self.view, &user, self.clock.now()).await?;
        Ok(listed.into_iter().map(|(_, session)| session).collect())
    }
}
