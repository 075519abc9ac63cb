use async_trait::async_trait;
use time::OffsetDateTime;

use crate::{PendingLogin, PortError, State, TokenDigest, ports::RequestDigest};

/// What became of the taking of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It is the caller's to finish, and nobody else's.
    Taken(PendingLogin),
    /// The same attempt took it before, and has not finished yet.
    UnderWay,
    /// The same attempt took it before and finished it.
    Finished {
        /// The login.
        pending: PendingLogin,
        /// What came of it, as [`PendingLogins::finish`] was given it.
        outcome: Vec<u8>,
    },
    /// There is no such login, or none of this browser, or another attempt took it.
    Nobodys,
}

/// A login, as the browser that began it may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The login.
    pub pending: PendingLogin,
    /// What came of it, as [`PendingLogins::finish`] was given it; `None` until then.
    pub outcome: Option<Vec<u8>>,
}

/// Web logins that wait for WeChat, and for a while those that do not wait any more: for the page that began, and for a browser that comes
/// back twice.
#[async_trait]
pub trait PendingLogins: Send + Sync {
    /// Remembers a login until it expires.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn insert(&self, state: &State, pending: &PendingLogin) -> Result<(), PortError>;

    /// Takes a login for an attempt to finish it. Of any number of callers, at once or one after the other, exactly one MUST get
    /// [`Taking::Taken`]; the others are told what became of it where their attempt is the same, and nothing otherwise. Another browser's
    /// login MUST stay as it is, and one that has expired MUST be nobody's.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer: the login may be taken then, and MUST count as gone.
    async fn take(
        &self,
        state: &State,
        browser: &TokenDigest,
        attempt: &RequestDigest,
        now: OffsetDateTime,
    ) -> Result<Taking, PortError>;

    /// Keeps what came of a login that was taken, until it expires; where that was kept before, what comes last MUST count. One that is gone
    /// MUST NOT come back.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer: it may be kept then.
    async fn finish(&self, state: &State, outcome: &[u8]) -> Result<(), PortError>;

    /// A login of this browser, and how far it has come; `None` where there is none any more. It MUST stay as it is.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn find(
        &self,
        state: &State,
        browser: &TokenDigest,
        now: OffsetDateTime,
    ) -> Result<Option<Seen>, PortError>;
}
