use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    ExternalId, PortError, Revocation, RevokedBecause, ScopeChange, User, UserAccount, UserId, UserReference,
    import::{ImportOutcome, ImportedUser},
    ports::{Administration, Conflict, ExternalIdChange, Merging, SessionsEnding, SignOuts, Undoing},
};

use super::{SqliteUsers, import, look_up, merging, reference, standing};
use crate::database::CALL;

#[async_trait]
impl SignOuts for SqliteUsers {
    #[tracing::instrument(name = "sqlite.users.end_sessions", skip_all)]
    async fn end_sessions(&self, ending: &SessionsEnding) -> Result<Vec<Revocation>, PortError> {
        let ending = *ending;
        let write = move |connection: &mut _| standing::end_sessions(connection, &ending);
        self.database.write_whole(write).await
    }
}

#[async_trait]
impl Administration for SqliteUsers {
    #[tracing::instrument(name = "sqlite.users.find_accounts", skip_all)]
    async fn find_accounts(&self, references: &[UserReference]) -> Result<Vec<UserAccount>, PortError> {
        let (references, keyring) = (references.to_vec(), Arc::clone(&self.keyring));
        let read = move |connection: &mut _| reference::accounts(connection, &references, &keyring);
        self.database.read(CALL, read).await
    }

    #[tracing::instrument(name = "sqlite.users.disable", skip_all)]
    async fn disable(
        &self,
        id: UserId,
        bars_until: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError> {
        let keyring = Arc::clone(&self.keyring);
        let ending = SessionsEnding {
            user_id: id,
            except: None,
            because: RevokedBecause::UserDisabled,
            bars_until,
        };
        let write = move |connection: &mut _| {
            if standing::disable(connection, id, now)? {
                standing::end_sessions(connection, &ending)?;
            }
            look_up::user(connection, id, &keyring)
        };
        self.database.write_whole(write).await
    }

    #[tracing::instrument(name = "sqlite.users.enable", skip_all)]
    async fn enable(&self, id: UserId, now: OffsetDateTime) -> Result<Option<User>, PortError> {
        let keyring = Arc::clone(&self.keyring);
        let write = move |connection: &mut _| {
            standing::enable(connection, id, now)?;
            look_up::user(connection, id, &keyring)
        };
        self.database.write_whole(write).await
    }

    #[tracing::instrument(name = "sqlite.users.change_scopes", skip_all)]
    async fn change_scopes(
        &self,
        id: UserId,
        change: &ScopeChange,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError> {
        let (change, keyring) = (change.clone(), Arc::clone(&self.keyring));
        let write = move |connection: &mut _| {
            let Some(user) = look_up::user(connection, id, &keyring)? else {
                return Ok(None);
            };
            standing::set_scopes(connection, user.id, &change.apply(&user.scopes), now)?;
            look_up::user(connection, id, &keyring)
        };
        self.database.write_whole(write).await
    }

    #[tracing::instrument(name = "sqlite.users.set_external_id", skip_all)]
    async fn set_external_id(
        &self,
        id: UserId,
        external_id: Option<&ExternalId>,
        now: OffsetDateTime,
    ) -> Result<ExternalIdChange, PortError> {
        let (external_id, keyring) = (external_id.cloned(), Arc::clone(&self.keyring));
        let write = move |connection: &mut _| {
            let Some(user) = look_up::user(connection, id, &keyring)? else {
                return Ok(ExternalIdChange::NotFound);
            };
            if let Some(external_id) = &external_id {
                let holder = look_up::user_by_external_id(connection, external_id, &keyring)?;
                if holder.is_some_and(|holder| holder.id != user.id) {
                    return Ok(ExternalIdChange::Taken);
                }
            }
            standing::set_external_id(connection, user.id, external_id.as_ref(), now)?;
            let user = look_up::user(connection, id, &keyring)?;
            Ok(user.map_or(ExternalIdChange::NotFound, |user| {
                ExternalIdChange::Done(Box::new(user))
            }))
        };
        self.database.write_whole(write).await
    }

    #[tracing::instrument(name = "sqlite.users.conflicts", skip_all)]
    async fn conflicts(&self) -> Result<Vec<Conflict>, PortError> {
        self.database.read(CALL, merging::conflicts).await
    }

    #[tracing::instrument(name = "sqlite.users.merge", skip_all)]
    async fn merge(&self, one: UserId, other: UserId, now: OffsetDateTime) -> Result<Merging, PortError> {
        let keyring = Arc::clone(&self.keyring);
        let write = move |connection: &mut _| merging::merge(connection, (one, other), &keyring, now);
        self.database.write_whole(write).await
    }

    #[tracing::instrument(name = "sqlite.users.undo_merge", skip_all)]
    async fn undo_merge(
        &self,
        merged: UserId,
        bars_until: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Undoing, PortError> {
        let keyring = Arc::clone(&self.keyring);
        let write = move |connection: &mut _| merging::undo(connection, merged, &keyring, (bars_until, now));
        self.database.write_whole(write).await
    }

    #[tracing::instrument(name = "sqlite.users.import", skip_all)]
    async fn import(
        &self,
        people: &[ImportedUser],
        now: OffsetDateTime,
    ) -> Result<Vec<ImportOutcome>, PortError> {
        let import = import::Import {
            now,
            keyring: Arc::clone(&self.keyring),
            entropy: Arc::clone(&self.entropy),
        };
        let people = people.to_vec();
        let write = move |connection: &mut _| {
            let rows = people.iter().map(|person| import.take_over(connection, person));
            rows.collect()
        };
        self.database.write_whole(write).await
    }
}
