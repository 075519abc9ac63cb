use std::time::Duration;

use diesel::{
    SqliteConnection,
    connection::{AnsiTransactionManager, TransactionManager},
};
use wechat_login_domain::PortError;

use crate::{failure::Failure, pool::Pool};

/// How long a call may take, waiting for its turn included.
pub(crate) const CALL: Duration = Duration::from_secs(2);
/// The same for what a session check needs.
pub(crate) const CHECK: Duration = Duration::from_millis(400);

const READERS: usize = 4;

/// The busy timeout comes first: the other settings may already have to wait. It is below [`CALL`], so that the cause is told and not
/// only that it took too long. A small cache, as the operating system keeps the file's pages anyway.
macro_rules! settings {
    ($more:literal) => {
        concat!(
            "PRAGMA busy_timeout = 1000;
             PRAGMA synchronous = FULL;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -1024;",
            $more
        )
    };
}

/// The file, as the adapters share it: SQLite has one writer at a time, and readers that it does not disturb.
#[derive(Clone)]
pub(crate) struct Database {
    writer: Pool,
    readers: Pool,
}

impl Database {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            writer: Pool::new(
                url.to_owned(),
                settings!("PRAGMA journal_size_limit = 16777216;"),
                1,
            ),
            readers: Pool::new(url.to_owned(), settings!("PRAGMA query_only = ON;"), READERS),
        }
    }

    /// Lends a connection that cannot write.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, PortError> {
        Ok(self.readers.run(limit, work).await?)
    }

    /// Lends the connection that writes. Whatever becomes of the caller, the work is done to its end.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, PortError> {
        self.write_within(CALL, work).await
    }

    /// As [`Database::write`], for who can wait so long.
    pub(crate) async fn write_within<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, PortError> {
        Ok(self.writer.run(limit, work).await?)
    }

    /// As [`Database::write`], all of the work or nothing, and with nobody else writing meanwhile.
    pub(crate) async fn write_whole<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, PortError> {
        self.write(|connection| whole(connection, work)).await
    }
}

/// diesel's own `immediate_transaction` tells of a rollback that failed instead of why there was one, and on a full disk SQLite has
/// rolled back by itself.
fn whole<T>(
    connection: &mut SqliteConnection,
    work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure>,
) -> Result<T, Failure> {
    AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")?;
    match work(connection) {
        Ok(value) => {
            AnsiTransactionManager::commit_transaction(connection)?;
            Ok(value)
        }
        Err(cause) => {
            if let Err(error) = AnsiTransactionManager::rollback_transaction(connection) {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "there was nothing left to roll back"
                );
            }
            Err(cause)
        }
    }
}
