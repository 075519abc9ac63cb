use std::sync::Arc;

use crate::{
    OperatorError,
    import::{ImportOutcome, ImportedUser},
    ports::{Administration, Clock},
};

/// Takes people over from elsewhere.
#[derive(Clone)]
pub struct ImportUsers {
    administration: Arc<dyn Administration>,
    clock: Arc<dyn Clock>,
}

impl ImportUsers {
    /// With these ports.
    #[must_use]
    pub fn new(administration: Arc<dyn Administration>, clock: Arc<dyn Clock>) -> Self {
        Self {
            administration,
            clock,
        }
    }

    /// Takes these over in one step, and says of each what became of it. Several steps may be taken at once; of rows that share one of their
    /// [`ImportedUser::marks`] the one that must come first has to be taken over before the other.
    ///
    /// # Errors
    /// [`OperatorError::DependencyUnavailable`]; to do it again does no harm.
    pub async fn run(&self, people: &[ImportedUser]) -> Result<Vec<ImportOutcome>, OperatorError> {
        Ok(self.administration.import(people, self.clock.now()).await?)
    }
}
