//! What this instance remembers of users, and when it forgets.

use std::{iter::once, sync::Arc, time::Instant};

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::{
    ExternalId, PortError, ProfileEdit, User, UserAccount, UserId,
    link::{Linking, NewWayIn},
    ports::{Clock, Users},
    recall::Recall,
    resolve::{Identification, Resolution},
    unlink::{Unlinked, Unlinking},
};

/// A store of users, and what is remembered of them for whoever asks with every request. Whatever is changed through this is remembered no
/// longer as it was, so that who changed it sees it at once; what other instances and operators change is seen within a second.
pub struct RecalledUsers {
    users: Arc<dyn Users>,
    pub(crate) user: Recall<User>,
    pub(crate) account: Recall<UserAccount>,
}

impl RecalledUsers {
    /// Nobody of this store is remembered yet.
    #[must_use]
    pub fn new(users: Arc<dyn Users>, clock: &Arc<dyn Clock>) -> Self {
        Self {
            users,
            user: Recall::new(Arc::clone(clock)),
            account: Recall::new(Arc::clone(clock)),
        }
    }

    /// A change that began then left this user, who is known by it while the database does not answer. A merge may have made it.
    fn changed(&self, user: &User, began: Instant) {
        let heard = Arc::new(user.clone());
        for id in all_ids(user) {
            self.user.hear(id, Arc::clone(&heard), began);
            self.account.forget(id);
        }
    }

    /// Nobody knows whether they were changed.
    fn may_be_changed(&self, id: UserId) {
        self.user.doubt(id);
        self.account.doubt(id);
    }

    fn forget(&self, id: UserId) {
        let known = self.user.last_known(id);
        for id in once(id).chain(known.iter().flat_map(|user| all_ids(user))) {
            self.user.forget(id);
            self.account.forget(id);
        }
    }
}

/// Of a session that was opened before a merge, the revocation view may not know yet whom it is of.
fn all_ids(user: &User) -> impl Iterator<Item = UserId> {
    once(user.id).chain(user.former_ids.iter().copied())
}

#[async_trait]
impl Users for RecalledUsers {
    async fn resolve(&self, asked: &Identification, now: OffsetDateTime) -> Result<Resolution, PortError> {
        let began = Instant::now();
        let resolution = self.users.resolve(asked, now).await?;
        if let Resolution::User { user, .. } = &resolution {
            self.changed(user, began);
        }
        Ok(resolution)
    }

    async fn link(&self, to: UserId, new: &NewWayIn, now: OffsetDateTime) -> Result<Linking, PortError> {
        let began = Instant::now();
        let linking = self.users.link(to, new, now).await;
        match &linking {
            Ok(Linking::Linked(account)) => self.changed(&account.user, began),
            Ok(Linking::Refused(_)) => {}
            Err(_) => self.may_be_changed(to),
        }
        linking
    }

    async fn unlink(&self, asked: &Unlinking) -> Result<Unlinked, PortError> {
        let unlinked = self.users.unlink(asked).await;
        match &unlinked {
            Ok(Unlinked::Done { .. }) => self.forget(asked.user_id),
            Ok(Unlinked::Refused(_)) => {}
            Err(_) => self.may_be_changed(asked.user_id),
        }
        unlinked
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, PortError> {
        self.users.find(id).await
    }

    async fn find_account(&self, id: UserId) -> Result<Option<UserAccount>, PortError> {
        self.users.find_account(id).await
    }

    async fn find_account_by_external_id(&self, id: &ExternalId) -> Result<Option<UserAccount>, PortError> {
        self.users.find_account_by_external_id(id).await
    }

    async fn edit_profile(
        &self,
        id: UserId,
        edit: &ProfileEdit,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError> {
        let began = Instant::now();
        let edited = self.users.edit_profile(id, edit, now).await;
        match &edited {
            Ok(Some(user)) => self.changed(user, began),
            Ok(None) => {}
            Err(_) => self.may_be_changed(id),
        }
        edited
    }
}
