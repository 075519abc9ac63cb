//! Users and their login methods. What a login does is `resolve::decide`'s to say; here it is looked up and done.

mod administer;
mod attempt;
mod conflicts;
mod ending;
mod import;
mod keys;
mod link;
mod look_up;
mod merge;
mod merging;
mod one_user;
mod profile;
mod reference;
mod register;
mod resolve;
mod row;
mod standing;
mod undoing;
mod unlink;
mod write;

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    ExternalId, Keyring, PortError, ProfileEdit, User, UserAccount, UserId,
    link::{Linking, NewWayIn},
    ports::{Entropy, Users},
    resolve::{Identification, Resolution},
    unlink::{Unlinked, Unlinking},
};

use self::{
    attempt::Attempt,
    link::Link,
    look_up::Asked,
    one_user::{Deed, OfUser},
    resolve::Login,
    unlink::Unlink,
};
use crate::{database::Database, failure::Failure};

/// Users in MySQL.
pub struct MysqlUsers {
    database: Database,
    keyring: Arc<Keyring>,
    entropy: Arc<dyn Entropy>,
}

impl MysqlUsers {
    pub(crate) const fn new(database: Database, keyring: Arc<Keyring>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            database,
            keyring,
            entropy,
        }
    }

    async fn attempt<A: Attempt>(&self, attempt: A) -> Result<A::Outcome, Failure> {
        let mut lease = self.database.lease().await?;
        let outcome = attempt::run(&mut lease, &attempt, &*self.entropy).await?;
        lease.done();
        Ok(outcome)
    }

    async fn to_user<D: Deed>(&self, id: UserId, deed: D) -> Result<D::Outcome, Failure> {
        let keyring = &self.keyring;
        self.attempt(OfUser { id, keyring, deed }).await
    }

    async fn account(&self, asked: Asked<'_>) -> Result<Option<UserAccount>, Failure> {
        let mut lease = self.database.lease().await?;
        let account = look_up::account(&mut lease, asked, &self.keyring).await?;
        lease.done();
        Ok(account)
    }
}

#[async_trait]
impl Users for MysqlUsers {
    #[tracing::instrument(name = "mysql.users.resolve", skip_all)]
    async fn resolve(&self, asked: &Identification, now: OffsetDateTime) -> Result<Resolution, PortError> {
        let login = Login::new(asked, now, &self.keyring, &*self.entropy);
        Ok(self.attempt(login).await?)
    }

    #[tracing::instrument(name = "mysql.users.link", skip_all)]
    async fn link(&self, to: UserId, new: &NewWayIn, now: OffsetDateTime) -> Result<Linking, PortError> {
        let link = Link::new(to, new, now, &self.keyring, &*self.entropy);
        Ok(self.attempt(link).await?)
    }

    #[tracing::instrument(name = "mysql.users.unlink", skip_all)]
    async fn unlink(&self, asked: &Unlinking) -> Result<Unlinked, PortError> {
        Ok(self.to_user(asked.user_id, Unlink(*asked)).await?)
    }

    #[tracing::instrument(name = "mysql.users.find", skip_all)]
    async fn find(&self, id: UserId) -> Result<Option<User>, PortError> {
        let mut lease = self.database.lease_for_check().await?;
        let user = look_up::user(&mut lease, Asked::ById(id), &self.keyring).await?;
        lease.done();
        Ok(user)
    }

    #[tracing::instrument(name = "mysql.users.find_account", skip_all)]
    async fn find_account(&self, id: UserId) -> Result<Option<UserAccount>, PortError> {
        Ok(self.account(Asked::ById(id)).await?)
    }

    #[tracing::instrument(name = "mysql.users.find_account_by_external_id", skip_all)]
    async fn find_account_by_external_id(&self, id: &ExternalId) -> Result<Option<UserAccount>, PortError> {
        Ok(self.account(Asked::ByExternalId(id)).await?)
    }

    #[tracing::instrument(name = "mysql.users.edit_profile", skip_all)]
    async fn edit_profile(
        &self,
        id: UserId,
        edit: &ProfileEdit,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError> {
        let mut lease = self.database.lease().await?;
        let user = profile::edit(&mut lease, id, edit, now, &self.keyring).await?;
        lease.done();
        Ok(user)
    }
}
