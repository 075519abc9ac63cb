use std::sync::Arc;

use crate::{
    OperatorError,
    ports::{Administration, Conflict},
};

/// Who may be one person with two users.
pub struct ListConflicts {
    administration: Arc<dyn Administration>,
}

impl ListConflicts {
    /// With this port.
    #[must_use]
    pub fn new(administration: Arc<dyn Administration>) -> Self {
        Self { administration }
    }

    /// Every conflict that waits for an operator, the latest first.
    ///
    /// # Errors
    /// [`OperatorError::DependencyUnavailable`].
    pub async fn run(&self) -> Result<Vec<Conflict>, OperatorError> {
        Ok(self.administration.conflicts().await?)
    }
}
