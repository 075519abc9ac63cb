use std::sync::Arc;

use crate::{
    ExternalId, OperatorError, User, UserReference,
    one_user::one_user,
    ports::{Administration, Clock, ExternalIdChange},
};

/// Gives a user the company's own id.
pub struct SetExternalId {
    administration: Arc<dyn Administration>,
    clock: Arc<dyn Clock>,
}

impl SetExternalId {
    /// With these ports.
    #[must_use]
    pub fn new(administration: Arc<dyn Administration>, clock: Arc<dyn Clock>) -> Self {
        Self {
            administration,
            clock,
        }
    }

    /// Sets the id of the one user that is meant, or takes it away, and gives them as they are then.
    ///
    /// # Errors
    /// [`OperatorError::ExternalIdTaken`], and where there is not exactly one user.
    pub async fn run(
        &self,
        who: &[UserReference],
        external_id: Option<&ExternalId>,
    ) -> Result<User, OperatorError> {
        let id = one_user(&*self.administration, who).await?.user.id;
        let now = self.clock.now();
        match self.administration.set_external_id(id, external_id, now).await? {
            ExternalIdChange::Done(user) => Ok(*user),
            ExternalIdChange::Taken => Err(OperatorError::ExternalIdTaken),
            ExternalIdChange::NotFound => Err(OperatorError::NotFound),
        }
    }
}
