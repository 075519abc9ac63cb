use std::sync::Arc;

use crate::{
    OperatorError, Scope, ScopeChange, User, UserReference,
    one_user::one_user,
    ports::{Administration, Clock},
};

/// Says what a user may do.
pub struct ChangeScopes {
    administration: Arc<dyn Administration>,
    clock: Arc<dyn Clock>,
}

impl ChangeScopes {
    /// With these ports.
    #[must_use]
    pub fn new(administration: Arc<dyn Administration>, clock: Arc<dyn Clock>) -> Self {
        Self {
            administration,
            clock,
        }
    }

    /// Makes the change for the one user that is meant, and gives them as they are then.
    ///
    /// # Errors
    /// [`OperatorError::TooManyScopes`], and where there is not exactly one user.
    pub async fn run(&self, who: &[UserReference], change: &ScopeChange) -> Result<User, OperatorError> {
        let user = one_user(&*self.administration, who).await?.user;
        if change.apply(&user.scopes).len() > Scope::MOST {
            return Err(OperatorError::TooManyScopes);
        }
        let now = self.clock.now();
        let user = self.administration.change_scopes(user.id, change, now).await?;
        user.ok_or(OperatorError::NotFound)
    }
}
