use std::sync::{Arc, RwLock};

use crate::{
    Lifetimes, OperatorError, RevocationView, RevokedBecause, Session, TokenDigest, UserReference,
    live_sessions::live_sessions,
    one_user::one_user,
    ports::{Administration, Clock, Sessions, SessionsEnding},
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

    /// Ends all sessions of the one user that is meant but this one, and says how many there were. They stay in their store until they would
    /// have expired: whoever comes with one of them is told why it is over, which a removed one could not tell.
    ///
    /// # Errors
    /// [`OperatorError`] where there is not exactly one user.
    pub async fn run(
        &self,
        who: &[UserReference],
        except: Option<TokenDigest>,
    ) -> Result<usize, OperatorError> {
        let user = one_user(&*self.administration, who).await?.user;
        let now = self.clock.now();
        let live = live_sessions(&*self.sessions, &self.view, &user, now).await?;
        let ending = SessionsEnding {
            user_id: user.id,
            except,
            because: RevokedBecause::Kicked,
            bars_until: self.lifetimes.last_end(now),
        };
        let rows = self.administration.end_sessions(&ending).await?;
        let mut view = self.view.write().expect("no holder panics");
        for row in &rows {
            view.record(row);
        }
        let is_over = |(digest, _): &&(TokenDigest, Session)| Some(*digest) != except;
        Ok(live.iter().filter(is_over).count())
    }
}
