use std::sync::Arc;

use crate::{
    ExternalId, OperatorError, User, UserId, UserReference,
    merge::MergeRefusal,
    one_user::one_user,
    ports::{Administration, Clock, Merging},
};

/// Makes one user of two, as an operator says.
pub struct MergeUsers {
    administration: Arc<dyn Administration>,
    clock: Arc<dyn Clock>,
}

/// Who is one now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedUsers {
    /// Who they are.
    pub survivor: User,
    /// Whose id means the survivor now.
    pub merged: UserId,
    /// The company's own id of the one who was merged: it means the survivor now, and is shown nowhere any more.
    pub former_external_id: Option<ExternalId>,
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

    /// Merges the two users that are meant; the older survives.
    ///
    /// # Errors
    /// [`OperatorError`] where they are one already or either may not be merged, and where there is not exactly one of each.
    pub async fn run(
        &self,
        one: &[UserReference],
        other: &[UserReference],
    ) -> Result<MergedUsers, OperatorError> {
        let one = one_user(&*self.administration, one).await?.user;
        let other = one_user(&*self.administration, other).await?.user;
        let merging = self.administration.merge(one.id, other.id, self.clock.now());
        match merging.await? {
            Merging::Merged { survivor, merged } => Ok(MergedUsers {
                survivor: *survivor,
                merged,
                former_external_id: if merged == one.id { one } else { other }.external_id,
            }),
            Merging::Refused(MergeRefusal::SameUser) => Err(OperatorError::SameUser(one.id)),
            Merging::Refused(MergeRefusal::Barred(id)) => Err(OperatorError::Barred(id)),
            Merging::NotFound(_) => Err(OperatorError::NotFound),
        }
    }
}
