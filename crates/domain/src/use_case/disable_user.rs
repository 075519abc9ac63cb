use std::sync::Arc;

use crate::{
    Lifetimes, OperatorError, User, UserReference, UserState,
    ending::announce,
    one_user::one_user,
    ports::{Administration, Clock, RevocationNews},
};

/// Keeps a user from signing in, and ends all their sessions.
pub struct DisableUser {
    administration: Arc<dyn Administration>,
    news: Arc<dyn RevocationNews>,
    clock: Arc<dyn Clock>,
    lifetimes: Lifetimes,
}

impl DisableUser {
    /// With these ports.
    #[must_use]
    pub fn new(
        administration: Arc<dyn Administration>,
        news: Arc<dyn RevocationNews>,
        clock: Arc<dyn Clock>,
        lifetimes: Lifetimes,
    ) -> Self {
        Self {
            administration,
            news,
            clock,
            lifetimes,
        }
    }

    /// Disables the one user that is meant, and gives them as they are then. Every running service learns of it through the record, and is
    /// told to read it.
    ///
    /// # Errors
    /// [`OperatorError::Closing`] where the user is on their way out by themselves, and where there is not exactly one.
    pub async fn run(&self, who: &[UserReference]) -> Result<User, OperatorError> {
        let id = one_user(&*self.administration, who).await?.user.id;
        let now = self.clock.now();
        let bars_until = self.lifetimes.last_end(now);
        let user = self.administration.disable(id, bars_until, now).await?;
        let user = user.ok_or(OperatorError::NotFound)?;
        if user.state == UserState::Disabled {
            announce(&*self.news).await;
            Ok(user)
        } else {
            Err(OperatorError::Closing(user.id))
        }
    }
}
