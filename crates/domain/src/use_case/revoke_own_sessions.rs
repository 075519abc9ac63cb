use std::sync::{Arc, RwLock};

use crate::{
    Error, Lifetimes, RevocationView,
    ending::{count_sessions_of, end_sessions_of},
    ports::{Clock, RevocationNews, Sessions, SignOuts, Users},
    use_case::Authenticated,
};

/// Signs me out everywhere, or everywhere else.
pub struct RevokeOwnSessions {
    users: Arc<dyn Users>,
    sign_outs: Arc<dyn SignOuts>,
    sessions: Arc<dyn Sessions>,
    view: Arc<RwLock<RevocationView>>,
    news: Arc<dyn RevocationNews>,
    clock: Arc<dyn Clock>,
    lifetimes: Lifetimes,
}

impl RevokeOwnSessions {
    /// With these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn Users>,
        sign_outs: Arc<dyn SignOuts>,
        sessions: Arc<dyn Sessions>,
        view: Arc<RwLock<RevocationView>>,
        news: Arc<dyn RevocationNews>,
        clock: Arc<dyn Clock>,
        lifetimes: Lifetimes,
    ) -> Self {
        Self {
            users,
            sign_outs,
            sessions,
            view,
            news,
            clock,
            lifetimes,
        }
    }

    /// Ends all sessions of whoever asks, for good, but the one that asks where that is to be kept. Says how many there were.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where there is no such user, and [`Error::DependencyUnavailable`]: they may be over then.
    pub async fn run(&self, authenticated: &Authenticated, keeps_current: bool) -> Result<usize, Error> {
        let user = self.users.find(authenticated.user_id).await?;
        let user = user.ok_or(Error::Unauthenticated)?;
        let except = keeps_current.then_some(authenticated.digest);
        let now = self.clock.now();
        let count = count_sessions_of(&user, except, (&*self.sessions, &self.view), now).await?;
        let record = (&*self.sign_outs, &*self.view, &*self.news);
        end_sessions_of(&user, except, record, &self.lifetimes, now).await?;
        Ok(count)
    }
}
