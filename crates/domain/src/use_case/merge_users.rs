use std::sync::Arc;

use crate::{
    OperatorError, User, UserId, UserReference,
    merge::MergeRefusal,
    one_user::one_user,
    ports::{Administration, Clock, Merging},
};

/// Makes one user of two, as an operator says.
pub struct MergeUsers {
    administration: Arc<dyn Administration>,
    clock: Arc<dyn Clock>,
}

impl MergeUsers {
    /// With these ports.
    #[must_use]
    pub fn new(administration: Arc<dyn Administration>, clock: Arc<dyn Clock>) -> Self {
        Self {
            administration,
            clock,
        }
    }

    /// Merges the two users that are meant, and gives the survivor, who is the older, and the id that means the survivor now.
    ///
    /// # Errors
    /// [`OperatorError`] where they are one already or either may not be merged, and where there is not exactly one of each.
    pub async fn run(
        &self,
        one: &[UserReference],
        other: &[UserReference],
    ) -> Result<(User, UserId), OperatorError> {
        let one = one_user(&*self.administration, one).await?.user.id;
        let other = one_user(&*self.administration, other).await?.user.id;
        match self.administration.merge(one, other, self.clock.now()).await? {
            Merging::Merged { survivor, merged } => Ok((*survivor, merged)),
            Merging::Refused(MergeRefusal::SameUser) => Err(OperatorError::SameUser(one)),
            Merging::Refused(MergeRefusal::Barred(id)) => Err(OperatorError::Barred(id)),
            Merging::NotFound(_) => Err(OperatorError::NotFound),
        }
    }
}
