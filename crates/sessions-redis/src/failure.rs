use deadpool_redis::redis::{ErrorKind, ParsingError, RedisError, ServerErrorKind};
use wechat_login_domain::{Dependency, PortError};

/// Why a call was not answered. For the log alone.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Redis(#[from] RedisError),
    #[error("Redis answered with something else than was asked for")]
    Answer(#[from] ParsingError),
    #[error("no answer within the time limit; a write may still be done")]
    TooSlow,
    #[error("the call was broken off")]
    BrokenOff,
    #[error("a value of {0} cannot be understood")]
    BadValue(&'static str),
    #[error(
        "a value of {what} has layout {found}, and this version knows none after {known}: a newer wechat-login writes here"
    )]
    Newer {
        what: &'static str,
        found: u8,
        known: u8,
    },
}

impl Failure {
    /// For `map_err` on a parser: its own error would show the value.
    pub(crate) fn bad_value<E>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |_shows_the_value| Self::BadValue(what)
    }

    /// Whether the connection leads nowhere, or to a server that was the master once.
    pub(crate) fn needs_another_connection(&self) -> bool {
        let Self::Redis(error) = self else {
            return false;
        };
        error.is_unrecoverable_error() || error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly)
    }

    /// Whether nobody listens: not yet, where a server restarts.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Redis(error) if error.is_connection_refusal())
    }

    pub(crate) fn is_timeout(&self) -> bool {
        matches!(self, Self::Redis(error) if error.is_timeout())
    }
}

impl From<Failure> for PortError {
    fn from(failure: Failure) -> Self {
        Self::new(Dependency::Redis, failure)
    }
}
