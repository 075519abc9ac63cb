use std::sync::Arc;

use time::OffsetDateTime;
use wechat_login_domain::{Keyring, PortError, ports::Entropy};

use crate::{
    MysqlRevocations, MysqlUsers, OpenError, Settings,
    database::Database,
    failure::Failure,
    migrate, open,
    sql::{Sql, Value},
    sweep,
};

/// One MySQL database and all that is kept in it. Clones share its connections.
///
/// Connections live on the runtime on which they were opened, and die with it: use it on the runtime of `main` alone.
#[derive(Clone)]
pub struct MysqlStore {
    database: Database,
    keyring: Arc<Keyring>,
    entropy: Arc<dyn Entropy>,
}

impl MysqlStore {
    /// Connects, and looks whether the schema is the one that this program needs and whether it may write to its tables. It changes nothing,
    /// and needs no right to change the schema.
    ///
    /// # Errors
    /// [`OpenError`] says why not and what to do.
    pub async fn open(
        settings: &Settings,
        keyring: Arc<Keyring>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let database = open::open(settings).await?;
        Ok(Self {
            database,
            keyring,
            entropy,
        })
    }

    /// Brings the schema up to date. Whoever comes at the same moment waits, and finds it done.
    ///
    /// # Errors
    /// [`OpenError`] says why not and what to do.
    pub async fn migrate(settings: &Settings) -> Result<(), OpenError> {
        open::migrate(settings).await
    }

    /// The SQL of all migrations, in order, and what is noted of each: what whoever has the right to may run instead of
    /// [`MysqlStore::migrate`].
    #[must_use]
    pub fn migrations() -> String {
        migrate::AS_TEXT.to_owned()
    }

    /// The adapter of `Users`.
    #[must_use]
    pub fn users(&self) -> MysqlUsers {
        MysqlUsers::new(
            self.database.clone(),
            Arc::clone(&self.keyring),
            Arc::clone(&self.entropy),
        )
    }

    /// The adapter of `Revocations`.
    #[must_use]
    pub fn revocations(&self) -> MysqlRevocations {
        MysqlRevocations::new(self.database.clone())
    }

    /// Asks whether the database answers and takes writes, with one that changes nothing: a copy of another server, or one that was told to
    /// be read-only, refuses it all the same.
    ///
    /// # Errors
    /// [`PortError`] where it does not, or not soon enough.
    #[tracing::instrument(name = "mysql.ping", skip_all)]
    pub async fn ping(&self) -> Result<(), PortError> {
        Ok(self.ask().await?)
    }

    /// Removes what is over, a few rows at a time so that nobody waits for it. Says how many rows went.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: the rest goes the next time.
    #[tracing::instrument(name = "mysql.sweep", skip_all)]
    pub async fn sweep(&self, now: OffsetDateTime) -> Result<usize, PortError> {
        sweep::run(&self.database, now).await
    }

    async fn ask(&self) -> Result<(), Failure> {
        // Nobody's id: it meets no row.
        const WRITE: &str = "UPDATE users SET version = version WHERE id = ?";
        let mut lease = self.database.lease_for_check().await?;
        lease.execute(&Sql::new(WRITE, [Value::Bytes(&[0; 16])])).await?;
        lease.done();
        Ok(())
    }
}
