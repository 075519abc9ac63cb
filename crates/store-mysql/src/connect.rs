//! How a connection is made.

use diesel::ConnectionError;
use diesel_async::AsyncMysqlConnection;
use mysql_async::{Conn, Error, OptsBuilder};

/// What the statements of this crate take for granted, whatever the server's own settings are. Lock waits end before a statement's time
/// does, so that they can be tried again; errors are told apart by their English text.
const SETTINGS: [&str; 2] = [
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET time_zone = '+00:00', autocommit = 1, lc_messages = 'en_US', innodb_lock_wait_timeout = 1,
         group_concat_max_len = 1048576,
         sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
];

/// How to reach the server.
#[derive(Clone, Debug)]
pub(crate) struct Address(OptsBuilder);

impl Address {
    pub(crate) fn new(options: OptsBuilder) -> Self {
        let settings = SETTINGS.map(str::to_owned).to_vec();
        Self(options.init(settings))
    }

    /// A connection of the driver, whose errors have numbers.
    pub(crate) async fn dial(&self) -> Result<Conn, Error> {
        Conn::new(self.0.clone()).await
    }

    /// A connection for the pool.
    pub(crate) async fn connect(&self) -> Result<AsyncMysqlConnection, ConnectionError> {
        let connection = self.dial().await.map_err(|error| refused(&error))?;
        AsyncMysqlConnection::try_from(connection).await
    }
}

fn refused(error: &Error) -> ConnectionError {
    ConnectionError::BadConnection(error.to_string())
}
