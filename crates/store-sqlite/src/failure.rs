use wechat_login_domain::{Dependency, PortError};

/// Why a call was not answered. For the log alone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Sql(#[from] diesel::result::Error),
    #[error(transparent)]
    Connect(#[from] diesel::ConnectionError),
    #[error("no answer within the time limit; a write may still be done")]
    TooSlow,
    #[error("the call was broken off")]
    BrokenOff(#[source] tokio::task::JoinError),
    #[error("a row of {0} cannot be understood")]
    BadRow(&'static str),
}

impl Failure {
    /// For `map_err` on a parser: its own error would show the value.
    pub(crate) fn bad_row<E>(table: &'static str) -> impl FnOnce(E) -> Self {
        move |_shows_the_value| Self::BadRow(table)
    }
}

impl From<Failure> for PortError {
    fn from(failure: Failure) -> Self {
        Self::new(Dependency::Database, failure)
    }
}
