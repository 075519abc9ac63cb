//! Users and their login methods. What a login does is `resolve::decide`'s to say; here it is looked up and done.

mod administer;
mod attempt;
mod brought;
mod conflicts;
mod ending;
mod import;
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
mod write;

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    ExternalId, Keyring, PortError, Profile, ProfileEdit, User, UserAccount, UserId,
    ports::{Entropy, Users},
    resolve::{Identification, Resolution},
};

use self::{look_up::Asked, profile::Change, resolve::Login};
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

    async fn account(&self, asked: Asked<'_>) -> Result<Option<UserAccount>, Failure> {
        let mut lease = self.database.lease().await?;
        let account = look_up::account(&mut lease, asked, &self.keyring).await?;
        lease.done();
        Ok(account)
    }

    async fn change(
        &self,
        id: UserId,
        change: Change<'_>,
        now: OffsetDateTime,
    ) -> Result<Option<User>, Failure> {
        let mut lease = self.database.lease().await?;
        let user = profile::change(&mut lease, id, change, now, &self.keyring).await?;
        lease.done();
        Ok(user)
    }
}

#[async_trait]
impl Users for MysqlUsers {
    #[tracing::instrument(name = "mysql.users.resolve", skip_all)]
    async fn resolve(&self, asked: &Identification, now: OffsetDateTime) -> Result<Resolution, PortError> {
        let login = Login::new(asked, now, &self.keyring, &*self.entropy);
        let mut lease = self.database.lease().await?;
        let resolution = attempt::run(&mut lease, &login, &*self.entropy).await?;
        lease.done();
        Ok(resolution)
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
        Ok(self.change(id, Change::Edit(edit), now).await?)
    }

    #[tracing::instrument(name = "mysql.users.fill_profile", skip_all)]
    async fn fill_profile(
        &self,
        id: UserId,
        profile: &Profile,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError> {
        Ok(self.change(id, Change::Fill(profile), now).await?)
    }
}
