use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    ExternalId, PortError, Revocation, ScopeChange, User, UserAccount, UserId, UserReference,
    import::{ImportOutcome, ImportedUser},
    ports::{Administration, Conflict, ExternalIdChange, Merging, SessionsEnding, SignOuts, Undoing},
};

use super::{
    MysqlUsers, attempt, conflicts,
    import::Import,
    merging::Merge,
    reference,
    standing::{ChangeScopes, Disable, Enable, SetExternalId},
    undoing::UndoMerge,
};
/// People are many, and nobody's request waits for them.
const IMPORT: Duration = Duration::from_secs(30);

#[async_trait]
impl SignOuts for MysqlUsers {
    #[tracing::instrument(name = "mysql.users.end_sessions", skip_all)]
    async fn end_sessions(&self, ending: &SessionsEnding) -> Result<Vec<Revocation>, PortError> {
        Ok(self.to_user(ending.user_id, *ending).await?)
    }
}

#[async_trait]
impl Administration for MysqlUsers {
    #[tracing::instrument(name = "mysql.users.find_accounts", skip_all)]
    async fn find_accounts(&self, references: &[UserReference]) -> Result<Vec<UserAccount>, PortError> {
        let mut lease = self.database.lease().await?;
        let accounts = reference::accounts(&mut lease, references, &self.keyring).await?;
        lease.done();
        Ok(accounts)
    }

    #[tracing::instrument(name = "mysql.users.disable", skip_all)]
    async fn disable(
        &self,
        id: UserId,
        bars_until: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError> {
        Ok(self.to_user(id, Disable { bars_until, now }).await?)
    }

    #[tracing::instrument(name = "mysql.users.enable", skip_all)]
    async fn enable(&self, id: UserId, now: OffsetDateTime) -> Result<Option<User>, PortError> {
        Ok(self.to_user(id, Enable { now }).await?)
    }

    #[tracing::instrument(name = "mysql.users.change_scopes", skip_all)]
    async fn change_scopes(
        &self,
        id: UserId,
        change: &ScopeChange,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError> {
        Ok(self.to_user(id, ChangeScopes { change, now }).await?)
    }

    #[tracing::instrument(name = "mysql.users.set_external_id", skip_all)]
    async fn set_external_id(
        &self,
        id: UserId,
        external_id: Option<&ExternalId>,
        now: OffsetDateTime,
    ) -> Result<ExternalIdChange, PortError> {
        Ok(self.to_user(id, SetExternalId { external_id, now }).await?)
    }

    #[tracing::instrument(name = "mysql.users.conflicts", skip_all)]
    async fn conflicts(&self) -> Result<Vec<Conflict>, PortError> {
        let mut lease = self.database.lease().await?;
        let conflicts = conflicts::all(&mut lease).await?;
        lease.done();
        Ok(conflicts)
    }

    #[tracing::instrument(name = "mysql.users.merge", skip_all)]
    async fn merge(&self, one: UserId, other: UserId, now: OffsetDateTime) -> Result<Merging, PortError> {
        let merge = Merge {
            one,
            other,
            now,
            keyring: &self.keyring,
        };
        Ok(self.attempt(merge).await?)
    }

    #[tracing::instrument(name = "mysql.users.undo_merge", skip_all)]
    async fn undo_merge(
        &self,
        merged: UserId,
        bars_until: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Undoing, PortError> {
        let undo = UndoMerge {
            merged,
            bars_until,
            now,
        };
        Ok(self.to_user(merged, undo).await?)
    }

    #[tracing::instrument(name = "mysql.users.import", skip_all)]
    async fn import(
        &self,
        people: &[ImportedUser],
        now: OffsetDateTime,
    ) -> Result<Vec<ImportOutcome>, PortError> {
        let import = Import {
            people,
            now,
            keyring: &self.keyring,
            entropy: &*self.entropy,
        };
        let mut lease = self.database.long_lease(IMPORT).await?;
        let outcomes = attempt::run(&mut lease, &import, &*self.entropy).await?;
        lease.done();
        Ok(outcomes)
    }
}
