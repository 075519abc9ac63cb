//! What operators do to one user, who stays that user while it is done.

use wechat_login_domain::{Keyring, User, UserId};

use super::{
    attempt::Attempt,
    look_up::{self, Asked},
    merging,
};
use crate::{failure::Failure, lease::Lease};

/// A change of one user, in the transaction of its caller.
pub(super) trait Deed: Sync {
    type Outcome: Send;

    /// What becomes of it where there is no such user.
    fn nobody(&self) -> Self::Outcome;

    /// Does it to a user who is locked, and so nobody's former id.
    fn to(
        &self,
        lease: &mut Lease,
        user: User,
        keyring: &Keyring,
    ) -> impl Future<Output = Result<Self::Outcome, Failure>> + Send;
}

/// A change of whomever this id means.
pub(super) struct OfUser<'a, D> {
    pub(super) id: UserId,
    pub(super) keyring: &'a Keyring,
    pub(super) deed: D,
}

impl<D: Deed> Attempt for OfUser<'_, D> {
    type Outcome = D::Outcome;

    async fn once(&self, lease: &mut Lease) -> Result<Option<D::Outcome>, Failure> {
        let asked = Asked::ById(self.id);
        let Some(found) = look_up::user(lease, asked, self.keyring).await? else {
            return Ok(Some(self.deed.nobody()));
        };
        lease.batch("BEGIN").await?;
        merging::lock(lease, &[found.id]).await?;
        // The first that the transaction reads, so it is as fresh as the lock.
        let user = look_up::user(lease, asked, self.keyring).await?;
        let Some(user) = user.filter(|user| user.id == found.id) else {
            lease.batch("ROLLBACK").await?;
            return Ok(None);
        };
        let outcome = self.deed.to(lease, user, self.keyring).await?;
        lease.batch("COMMIT").await?;
        Ok(Some(outcome))
    }
}
