use std::sync::Arc;

use crate::{
    OperatorError, User, UserReference, UserState,
    one_user::one_user,
    ports::{Administration, Clock},
};

/// Lets a disabled user sign in again.
pub struct EnableUser {
    administration: Arc<dyn Administration>,
    clock: Arc<dyn Clock>,
}

impl EnableUser {
    /// With these ports.
    #[must_use]
    pub fn new(administration: Arc<dyn Administration>, clock: Arc<dyn Clock>) -> Self {
        Self {
            administration,
            clock,
        }
    }

    /// Enables the one user that is meant, and gives them as they are then. The sessions that ended stay so.
    ///
    /// # Errors
    /// [`OperatorError::Closing`] where the user is on their way out by themselves, and where there is not exactly one.
    pub async fn run(&self, who: &[UserReference]) -> Result<User, OperatorError> {
        let id = one_user(&*self.administration, who).await?.user.id;
        let user = self.administration.enable(id, self.clock.now()).await?;
        let user = user.ok_or(OperatorError::NotFound)?;
        if user.state == UserState::Active {
            Ok(user)
        } else {
            Err(OperatorError::Closing(user.id))
        }
    }
}
