use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::sync::watch;
use wechat_login_domain::{
    ExternalId, PortError, ProfileEdit, User, UserAccount, UserId,
    link::{Linking, NewWayIn},
    ports::Users,
    resolve::{Identification, Resolution},
    unlink::{Unlinked, Unlinking},
};
use wechat_login_testkit::fake::MemoryUsers;

/// Users whom a look-up finds as they are when it begins, and tells of when the test lets it.
pub(crate) struct LateUsers {
    pub(crate) users: Arc<MemoryUsers>,
    is_late: watch::Sender<bool>,
}

impl LateUsers {
    pub(crate) fn new(users: Arc<MemoryUsers>) -> Self {
        Self {
            users,
            is_late: watch::Sender::new(false),
        }
    }

    /// From now on no look-up ends.
    pub(crate) fn hold(&self) {
        self.is_late.send_replace(true);
    }

    /// Whatever was held ends, and all that comes.
    pub(crate) fn let_go(&self) {
        self.is_late.send_replace(false);
    }

    /// How many look-ups are held.
    pub(crate) fn held(&self) -> usize {
        self.is_late.receiver_count()
    }

    async fn late<T>(&self, found: T) -> T {
        let mut is_late = self.is_late.subscribe();
        let in_time = is_late.wait_for(|is_late| !is_late).await;
        in_time.expect("the sender is ours");
        found
    }
}

#[async_trait]
impl Users for LateUsers {
    async fn resolve(&self, asked: &Identification, now: OffsetDateTime) -> Result<Resolution, PortError> {
        self.users.resolve(asked, now).await
    }

    async fn link(&self, to: UserId, new: &NewWayIn, now: OffsetDateTime) -> Result<Linking, PortError> {
        self.users.link(to, new, now).await
    }

    async fn unlink(&self, asked: &Unlinking) -> Result<Unlinked, PortError> {
        self.users.unlink(asked).await
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, PortError> {
        self.late(self.users.find(id).await).await
    }

    async fn find_account(&self, id: UserId) -> Result<Option<UserAccount>, PortError> {
        self.late(self.users.find_account(id).await).await
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
        self.users.edit_profile(id, edit, now).await
    }
}
