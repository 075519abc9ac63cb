use std::time::Instant;

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::{PortError, Session, TokenDigest, UserId};

/// Where sessions live.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Keeps a new session. It MUST survive a restart once this returns.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn insert(&self, digest: &TokenDigest, session: &Session) -> Result<(), PortError>;

    /// The session of this token, exactly as it was kept. One that has expired MUST be found for 24 hours more, so that its owner can be told.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer: whether there is one is unknown then.
    async fn find(&self, digest: &TokenDigest) -> Result<Option<Session>, PortError>;

    /// Replaces a session by its renewed form if, and only if, it still is what was read: a session that was removed meanwhile MUST NOT come back.
    /// Says whether it did.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn renew(&self, digest: &TokenDigest, read: &Session, renewed: &Session)
    -> Result<bool, PortError>;

    /// Removes a session, if it is there.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer. What keeps the session from opening anything is the revocation, not this.
    async fn remove(&self, digest: &TokenDigest) -> Result<(), PortError>;

    /// The sessions of these users that have not expired, with what the store knows them by: every one that was kept, MUST be there, as it was
    /// renewed last, and none that was removed. Ones that a revocation ended may be among them.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn list(
        &self,
        users: &[UserId],
        now: OffsetDateTime,
    ) -> Result<Vec<(TokenDigest, Session)>, PortError>;

    /// Since when this store is known to have been the same one, where it may turn into an older copy of itself while the program runs, as a
    /// server does that fails over or is restored. Asked after an answer, it MUST NOT be earlier than the connection that the answer came over.
    fn connected_since(&self) -> Option<Instant> {
        None
    }
}
