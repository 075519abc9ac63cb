use std::sync::Arc;

use crate::{OperatorError, UserAccount, UserReference, one_user::one_user, ports::Administration};

/// A user with all their ways in, for an operator.
pub struct FindUser {
    administration: Arc<dyn Administration>,
}

impl FindUser {
    /// With this port.
    #[must_use]
    pub fn new(administration: Arc<dyn Administration>) -> Self {
        Self { administration }
    }

    /// The one user that an operator means.
    ///
    /// # Errors
    /// [`OperatorError`] where there is not exactly one.
    pub async fn run(&self, who: &[UserReference]) -> Result<UserAccount, OperatorError> {
        one_user(&*self.administration, who).await
    }
}
