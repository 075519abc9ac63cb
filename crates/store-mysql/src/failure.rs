use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::pooled_connection::deadpool::PoolError;
use wechat_login_domain::{Dependency, PortError};

/// Why a call was not answered. For the log alone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Sql(#[from] Error),
    #[error("no connection: {0}")]
    Connect(#[from] PoolError),
    #[error("no connection within the time limit")]
    NoConnection,
    #[error("no answer within the time limit; a write may still be done")]
    TooSlow,
    #[error("others changed the same rows at every try")]
    Overtaken,
    #[error("a row of {0} cannot be understood")]
    BadRow(&'static str),
}

/// diesel-async keeps the text of an error and not its number; every connection asks for English.
const CONTENTION: [&str; 3] = [
    // 1213
    "Deadlock found",
    // 1205
    "Lock wait timeout exceeded",
    // 1020, of a MariaDB whose snapshots are isolated
    "Record has changed since last read",
];

/// What the driver says of a connection that is gone, and what a server says last.
const CLOSED: [&str; 6] = [
    "Input/output error",
    "Driver error: `Connection to the server is closed",
    "Driver error: `Packet out of order",
    "Connection was killed",
    "The client was disconnected by the server",
    "Server shutdown in progress",
];

impl Failure {
    /// For `map_err` on a parser: its own error would show the value.
    pub(crate) fn bad_row<E>(table: &'static str) -> impl FnOnce(E) -> Self {
        move |_shows_the_value| Self::BadRow(table)
    }

    /// Somebody else held what was needed: the same again may succeed.
    pub(crate) fn is_contention(&self) -> bool {
        self.says(&CONTENTION)
    }

    /// The connection was closed, by the server or on the way.
    pub(crate) fn is_closed(&self) -> bool {
        self.says(&CLOSED)
    }

    /// Somebody else inserted the same key before.
    pub(crate) const fn is_duplicate(&self) -> bool {
        matches!(
            self,
            Self::Sql(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
        )
    }

    /// What the row was to belong to is not there any more.
    pub(crate) const fn is_nobodys(&self) -> bool {
        matches!(
            self,
            Self::Sql(Error::DatabaseError(DatabaseErrorKind::NotNullViolation, _))
        )
    }

    fn says(&self, beginnings: &[&str]) -> bool {
        let Self::Sql(Error::DatabaseError(DatabaseErrorKind::Unknown, info)) = self else {
            return false;
        };
        let message = info.message();
        beginnings.iter().any(|beginning| message.starts_with(beginning))
    }
}

impl From<Failure> for PortError {
    fn from(failure: Failure) -> Self {
        Self::new(Dependency::Database, failure)
    }
}
