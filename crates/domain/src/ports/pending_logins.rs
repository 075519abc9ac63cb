use async_trait::async_trait;
use time::OffsetDateTime;

use crate::{PendingLogin, PortError, State};

/// Web logins that wait for WeChat.
#[async_trait]
pub trait PendingLogins: Send + Sync {
    /// Remembers a login until it expires.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn insert(&self, state: &State, pending: &PendingLogin) -> Result<(), PortError>;

    /// Takes a login out. Of any number of callers exactly one MUST get it; one that has expired MUST be nobody's.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer: the login may be gone then, and MUST count as gone.
    async fn take(&self, state: &State, now: OffsetDateTime) -> Result<Option<PendingLogin>, PortError>;
}
