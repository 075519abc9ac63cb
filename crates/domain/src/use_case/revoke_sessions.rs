use std::sync::{Arc, RwLock};

use crate::{
    Lifetimes, OperatorError, RevocationView, TokenDigest, UserReference,
    ending::end_sessions_of,
    one_user::one_user,
    ports::{Administration, Clock, Sessions},
};

/// Signs a user out everywhere.
pub struct RevokeSessions {
    administration: Arc<dyn Administration>,
    sessions: Arc<dyn Sessions>,
    view: Arc<RwLock<RevocationView>>,
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
        clock: Arc<dyn Clock>,
        lifetimes: Lifetimes,
    ) -> Self {
        Self {
            administration,
            sessions,
            view,
            clock,
            lifetimes,
        }
    }

    /// Ends all sessions of the one user that is meant but this one, and says how many there were.
    ///
    /// # Errors
    /// [`OperatorError`] where there is not exactly one user.
    pub async fn run(
        &self,
        who: &[UserReference],
        except: Option<TokenDigest>,
    ) -> Result<usize, OperatorError> {
        let user = one_user(&*self.administration, who).await?.user;
        let ended = end_sessions_of(
            &user,
            except,
            (&*self.administration, &*self.sessions, &self.view),
            &self.lifetimes,
            self.clock.now(),
        );
        Ok(ended.await?)
    }
}
