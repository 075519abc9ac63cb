//! Users and their login methods. What a login does is `resolve::decide`'s to say; here it is looked up and done.

mod administer;
mod import;
mod keys;
mod link;
mod look_up;
mod merging;
mod profile;
mod reference;
mod resolve;
mod row;
mod standing;
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

use self::resolve::{Login, Look};
use crate::database::{CALL, CHECK, Database};

/// Users in SQLite.
pub struct SqliteUsers {
    database: Database,
    keyring: Arc<Keyring>,
    entropy: Arc<dyn Entropy>,
}

impl SqliteUsers {
    pub(crate) const fn new(database: Database, keyring: Arc<Keyring>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            database,
            keyring,
            entropy,
        }
    }
}

#[async_trait]
impl Users for SqliteUsers {
    #[tracing::instrument(name = "sqlite.users.resolve", skip_all)]
    async fn resolve(&self, asked: &Identification, now: OffsetDateTime) -> Result<Resolution, PortError> {
        let (keyring, entropy) = (Arc::clone(&self.keyring), Arc::clone(&self.entropy));
        let login = Arc::new(Login::new(asked.clone(), now, keyring, entropy));
        let reader = Arc::clone(&login);
        match self
            .database
            .read(CALL, move |connection| reader.look(connection))
            .await?
        {
            Look::Settled(resolution) => Ok(resolution),
            Look::MustNote(resolution, note) => {
                self.database
                    .write(move |connection| login.note(connection, &note))
                    .await?;
                Ok(resolution)
            }
            Look::MustWrite => {
                self.database
                    .write_whole(move |connection| login.write(connection))
                    .await
            }
        }
    }

    #[tracing::instrument(name = "sqlite.users.link", skip_all)]
    async fn link(&self, to: UserId, new: &NewWayIn, now: OffsetDateTime) -> Result<Linking, PortError> {
        let (keyring, entropy) = (Arc::clone(&self.keyring), Arc::clone(&self.entropy));
        let new = new.clone();
        let write = move |connection: &mut _| link::run(connection, to, &new, now, (&keyring, &*entropy));
        self.database.write_whole(write).await
    }

    #[tracing::instrument(name = "sqlite.users.unlink", skip_all)]
    async fn unlink(&self, asked: &Unlinking) -> Result<Unlinked, PortError> {
        let (asked, keyring) = (*asked, Arc::clone(&self.keyring));
        let write = move |connection: &mut _| unlink::run(connection, &asked, &keyring);
        self.database.write_whole(write).await
    }

    #[tracing::instrument(name = "sqlite.users.find", skip_all)]
    async fn find(&self, id: UserId) -> Result<Option<User>, PortError> {
        let keyring = Arc::clone(&self.keyring);
        let read = move |connection: &mut _| look_up::user(connection, id, &keyring);
        self.database.read(CHECK, read).await
    }

    #[tracing::instrument(name = "sqlite.users.find_account", skip_all)]
    async fn find_account(&self, id: UserId) -> Result<Option<UserAccount>, PortError> {
        let keyring = Arc::clone(&self.keyring);
        let read = move |connection: &mut _| {
            look_up::account(connection, |it| look_up::user(it, id, &keyring), &keyring)
        };
        self.database.read(CALL, read).await
    }

    #[tracing::instrument(name = "sqlite.users.find_account_by_external_id", skip_all)]
    async fn find_account_by_external_id(&self, id: &ExternalId) -> Result<Option<UserAccount>, PortError> {
        let (id, keyring) = (id.clone(), Arc::clone(&self.keyring));
        let read = move |connection: &mut _| {
            look_up::account(
                connection,
                |it| look_up::user_by_external_id(it, &id, &keyring),
                &keyring,
            )
        };
        self.database.read(CALL, read).await
    }

    #[tracing::instrument(name = "sqlite.users.edit_profile", skip_all)]
    async fn edit_profile(
        &self,
        id: UserId,
        edit: &ProfileEdit,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError> {
        let (edit, keyring) = (edit.clone(), Arc::clone(&self.keyring));
        let write = move |connection: &mut _| {
            profile::edit(connection, id, &edit, now)?;
            look_up::user(connection, id, &keyring)
        };
        self.database.write(write).await
    }
}
