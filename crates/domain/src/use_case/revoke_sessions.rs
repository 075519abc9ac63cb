use std::sync::{Arc, RwLock};

use crate::{
    Lifetimes, OperatorError, PortError, RevocationView, TokenDigest, UserReference,
    ending::{count_sessions_of, end_sessions_of},
    one_user::one_user,
    ports::{Administration, Clock, RevocationNews, Sessions},
};

/// Signs a user out everywhere.
pub struct RevokeSessions {
    administration: Arc<dyn Administration>,
    sessions: Arc<dyn Sessions>,
    view: Arc<RwLock<RevocationView>>,
    news: Arc<dyn RevocationNews>,
    clock: Arc<dyn Clock>,
    lifetimes: Lifetimes,
}

impl RevokeSessions {
    /// With these ports.
    #[must_use]
    pub fn new(
        administration: Arc<dyn Administration>,
        sessions: Arc<dyn Sessions>,
        view: Arc<RwLock<RevocationView>>,
        news: Arc<dyn RevocationNews>,
        clock: Arc<dyn Clock>,
        lifetimes: Lifetimes,
    ) -> Self {
        Self {
            administration,
            sessions,
            view,
            news,
            clock,
            lifetimes,
        }
    }

    /// Ends all sessions of the one user that is meant but this one, and says how many there were.
    ///
    /// What ends them is the record: they are over too where their store does not answer, which alone knows their number.
    ///
    /// # Errors
    /// [`OperatorError`] where there is not exactly one user, or the record could not be written.
    pub async fn run(
        &self,
        who: &[UserReference],
        except: Option<TokenDigest>,
    ) -> Result<Result<usize, Uncounted>, OperatorError> {
        let user = one_user(&*self.administration, who).await?.user;
        let now = self.clock.now();
        let count = count_sessions_of(&user, except, (&*self.sessions, &self.view), now).await;
        let record = (&*self.administration as _, &*self.view, &*self.news);
        end_sessions_of(&user, except, record, &self.lifetimes, now).await?;
        Ok(count.map_err(Uncounted))
    }
}

/// The sessions are over, and nobody knows how many there were.
#[derive(Debug, thiserror::Error)]
#[error("how many sessions ended is not known, and their entries are still stored; they open nothing")]
pub struct Uncounted(#[source] PortError);
