use std::{path::Path, sync::Arc};

use diesel::{SqliteConnection, connection::SimpleConnection};
use time::OffsetDateTime;
use wechat_login_domain::{Keyring, PortError, ports::Entropy};

use crate::{
    OpenError, SqliteAppTokens, SqliteExchanges, SqlitePendingLogins, SqliteRevocations, SqliteSessionKeys,
    SqliteSessions, SqliteUsers,
    database::{CHECK, Database},
    migrate, open, sweep,
};

/// One SQLite file and all that is kept in it. Clones share it.
#[derive(Clone)]
pub struct SqliteStore {
    database: Database,
    keyring: Arc<Keyring>,
    entropy: Arc<dyn Entropy>,
}

impl SqliteStore {
    /// Opens the file, making it and its folder for the own user alone where they are missing, and brings its schema up to date.
    ///
    /// # Errors
    /// [`OpenError`] says why not; [`OpenError::Newer`] where the program is too old for the file.
    pub async fn open(
        path: &Path,
        keyring: Arc<Keyring>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let path = path.to_owned();
        let opening = tokio::task::spawn_blocking(move || open::open(&path));
        let database = opening.await.map_err(OpenError::BrokenOff)??;
        Ok(Self {
            database,
            keyring,
            entropy,
        })
    }

    /// The SQL of all migrations, in order.
    #[must_use]
    pub fn migrations() -> String {
        migrate::AS_TEXT.to_owned()
    }

    /// The adapter of `Users`.
    #[must_use]
    pub fn users(&self) -> SqliteUsers {
        SqliteUsers::new(
            self.database.clone(),
            Arc::clone(&self.keyring),
            Arc::clone(&self.entropy),
        )
    }

    /// The adapter of `Sessions`.
    #[must_use]
    pub fn sessions(&self) -> SqliteSessions {
        SqliteSessions::new(self.database.clone())
    }

    /// The adapter of `SessionKeys`.
    #[must_use]
    pub fn session_keys(&self) -> SqliteSessionKeys {
        SqliteSessionKeys::new(self.database.clone(), Arc::clone(&self.keyring))
    }

    /// The adapter of `Revocations`.
    #[must_use]
    pub fn revocations(&self) -> SqliteRevocations {
        SqliteRevocations::new(self.database.clone())
    }

    /// The adapter of `PendingLogins`.
    #[must_use]
    pub fn pending_logins(&self) -> SqlitePendingLogins {
        SqlitePendingLogins::new(self.database.clone())
    }

    /// The adapter of `Exchanges`.
    #[must_use]
    pub fn exchanges(&self) -> SqliteExchanges {
        SqliteExchanges::new(self.database.clone())
    }

    /// The adapter of `AppTokens`.
    #[must_use]
    pub fn app_tokens(&self) -> SqliteAppTokens {
        SqliteAppTokens::new(self.database.clone(), Arc::clone(&self.keyring))
    }

    /// Asks whether the file can be written, by writing what is there already: where the disk is full or somebody else holds the lock it
    /// can be read and nothing more.
    ///
    /// # Errors
    /// [`PortError`] where it cannot, or not soon enough.
    #[tracing::instrument(name = "sqlite.ping", skip_all)]
    pub async fn ping(&self) -> Result<(), PortError> {
        // A page of the file. `BEGIN IMMEDIATE` alone would not notice that there is no room.
        let write =
            |connection: &mut SqliteConnection| Ok(connection.batch_execute("PRAGMA user_version = 0")?);
        self.database.write_within(CHECK, write).await
    }

    /// Removes what is over, a few rows at a time so that nobody waits for it, and gives free space back. Says how many rows went.
    ///
    /// # Errors
    /// [`PortError`] where the file could not be written: the rest goes the next time.
    #[tracing::instrument(name = "sqlite.sweep", skip_all)]
    pub async fn sweep(&self, now: OffsetDateTime) -> Result<usize, PortError> {
        sweep::run(&self.database, now).await
    }

    #[cfg(test)]
    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }
}
